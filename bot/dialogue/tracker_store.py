"""Rasa's tracker store in our database: what a turn did is committed once, by `save`, or not at all."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker

from bot.conversations.conversation import Head, Window
from bot.conversations.record import conversations_with_events, events_after, read_head
from bot.conversations.turn import Committed, Turn, commit_turn
from bot.database import Database
from bot.dialogue.adjustments import failed_action
from bot.dialogue.current_turn import current_turn
from bot.dialogue.reading import read_turn
from bot.dialogue.tracker_cache import TrackerCache
from bot.dialogue.window import Position, move_window, state_events
from bot.errors import BotError

logger = logging.getLogger(__name__)


class ForeignTrackerError(BotError):
    """A tracker that this store did not hand out; saving it would rewrite what was said."""


class ActionFailedError(BotError):
    """A turn in which an action could not be run: the action server was away, hung or failed."""


class ClinicTrackerStore(TrackerStore):
    """Configured in endpoints.yml by `url`, the database's address.

    A tracker holds the last turns of its conversation and the state they began in; all events stay stored. Its `position`
    says which of them are: a save adds those behind it, and fails where somebody else has added theirs meanwhile.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._cache = TrackerCache()
        self._database = Database(str(host))
        super().__init__(domain, event_broker, **kwargs)

    @property
    def domain(self) -> Domain:
        """The model's domain; live trackers have its slots."""
        return self._domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        self._domain = domain or Domain.empty()
        self._cache.clear()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's tracker with its last turns; None where it has no events yet.

        Raises:
            ConversationGoneError: it was erased.
        """
        tracker = self._cache.take(sender_id)
        turn = current_turn(sender_id)
        head = turn.take_head() if turn else None
        head = head or await asyncio.to_thread(self._head, sender_id)
        if head is None or head.last_seq == 0:
            return None
        if tracker is not None and tracker.position.last_seq == head.last_seq:
            return tracker
        return await asyncio.to_thread(self._load, sender_id, head)

    async def retrieve_full_tracker(self, sender_id: str) -> DialogueStateTracker | None:
        """A tracker with every event of the conversation, for reading; it cannot be saved."""
        events = await asyncio.to_thread(self._all_events, sender_id)
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots) if events else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Commit what the tracker has new.

        Raises:
            ForeignTrackerError: it did not come from here.
            ActionFailedError: an action of this turn could not be run; what was said instead is not what should have been.
            StaleConversationError, AlreadyAnsweredError, SilentTurnError, ConversationGoneError: see `commit_turn`.
        """
        if name := failed_action.get():
            failed_action.set(None)
            raise ActionFailedError(f"{name} could not be run.")
        position = self._position(tracker)
        new = list(islice(tracker.events, position.known, None))
        if new:
            after_window = list(islice(tracker.events, len(position.window.state), None))
            window = move_window(position.window, after_window)
            turn = read_turn(
                tracker.sender_id,
                new,
                after=position.last_seq,
                window=window,
                model_version=tracker.model_id,
            )
            committed = await asyncio.to_thread(self._commit, turn)
            _place(tracker, after_window[window.seq - position.window.seq :], committed.head)
            if running := current_turn(tracker.sender_id):
                running.committed = committed
            if self.event_broker:
                await self._stream_new_events(self.event_broker, new, tracker.sender_id)
        self._cache.put(tracker.sender_id, tracker)

    async def keys(self) -> Iterable[str]:
        """Ids of the conversations that have events."""
        return await asyncio.to_thread(self._keys)

    def _position(self, tracker: DialogueStateTracker) -> Position:
        """Where the tracker stands. One that Rasa has just made stands at the beginning: should the conversation have
        events after all, numbering from 1 fails."""
        position = getattr(tracker, "position", None)
        if position is None:
            if len(tracker.events) > 1:
                raise ForeignTrackerError("Events can be added to a conversation, not replaced.")
            position = tracker.position = Position(Window(0, ()))
        return position

    def _load(self, sender_id: str, head: Head) -> DialogueStateTracker:
        with self._database.reading() as session:
            stored = events_after(session, sender_id, head.window.seq)
        events = [
            *state_events(head.window.state),
            *deserialise_events([json.loads(data) for data in stored]),
        ]
        tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots)
        tracker.position = Position(head.window, len(stored))
        return tracker

    def _head(self, sender_id: str) -> Head | None:
        with self._database.reading() as session:
            return read_head(session, sender_id)

    def _all_events(self, sender_id: str) -> list[Any]:
        with self._database.reading() as session:
            return [json.loads(data) for data in events_after(session, sender_id, 0)]

    def _keys(self) -> list[str]:
        with self._database.reading() as session:
            return conversations_with_events(session)

    def _commit(self, turn: Turn) -> Committed:
        with self._database.transaction() as session:
            return commit_turn(session, turn)


def _place(tracker: DialogueStateTracker, kept: list[Any], head: Head) -> None:
    """Let the tracker go on from the window; its state is what it was, only what it would replay is shorter."""
    tracker.events = deque([*state_events(head.window.state), *kept])
    tracker.position = Position(head.window, head.last_seq - head.window.seq)
