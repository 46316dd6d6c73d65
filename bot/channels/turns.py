"""One message's way through Rasa, shared by every channel.

The oldest unanswered message of a conversation is taken under the conversation's lock, in a task of its own: a visitor
who closes the page must not cancel the turn. Nothing is sent during a turn; the tracker store commits what was said
together with the mark "answered", and only then the channel delivers it. Whether a turn took place is read from the
message: what is still unanswered afterwards is tried again.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message as RasaMessage

from bot.channels.taken_over import TakenOver
from bot.conversations import inbound
from bot.conversations.conversation import ConversationGoneError
from bot.conversations.inbound import Waiting
from bot.conversations.models import Inbound, Message
from bot.conversations.replies import Reply
from bot.conversations.turn import AlreadyAnsweredError, Committed, SilentTurnError, StaleConversationError
from bot.database import Database
from bot.dialogue.adjustments import adjust
from bot.dialogue.closing import close_turn, understand
from bot.dialogue.current_turn import running_turn
from bot.errors import where

logger = logging.getLogger(__name__)

TURN_SECONDS = 12.0  # two actions of five seconds each, and some
RESUME_SECONDS = 5.0
TRIES = 3  # of a turn that finds somebody else's events in its place
Answered = dict[str, Sequence[Message]]  # the replies to each message


class Silence(OutputChannel):
    """Sends nothing: what a turn says is read from its events."""

    def __init__(self, channel: str) -> None:
        self._channel = channel

    def name(self) -> str:  # type: ignore[override]
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Drop the message; it is one of the turn's events."""


class Turns:
    """Runs a channel's turns, one after the other in each conversation.

    Args:
        agent: gives Rasa's agent, which may be replaced while the server runs.
        taken_over: stands before Rasa, for conversations that a person at the clinic has.
        safe_reply: what is said to a message whose turn failed (why, and the level that the model hears in it); runs in a thread.
        on_change: called with `typing` or `message` and the conversation's id whenever there is something to show.
    """

    def __init__(
        self,
        database: Database,
        channel: str,
        *,
        agent: Callable[[], Agent],
        taken_over: TakenOver,
        safe_reply: Callable[[Inbound, str, str | None], Reply],
        on_change: Callable[[str, str], None] = lambda kind, conversation_id: None,
    ) -> None:
        self._database = database
        self._output = Silence(channel)
        self._agent = agent
        self._taken_over = taken_over
        self._safe_reply = safe_reply
        self._on_change = on_change
        self._tasks: set[asyncio.Task[Answered]] = set()
        self._failed: set[str] = set()  # conversations to try again without waiting for a claim to end

    def start(self, conversation_id: str, waiting: Waiting | None = None) -> asyncio.Task[Answered]:
        """Begin to answer what waits in the conversation; the task goes on when its caller is cancelled.

        Args:
            waiting: what waits first, where that is known; None: it is looked up.

        Returns:
            The task, whose result is the replies to each message that it answered, by the message's id.
        """
        task = asyncio.create_task(self._answer_waiting(conversation_id, waiting))
        self._tasks.add(task)
        task.add_done_callback(functools.partial(self._done, conversation_id))
        return task

    async def resume(self, *, all_of_it: bool = False) -> None:
        """Begin to answer what was left unanswered: by a process that died, or while something was away."""
        left_over = await asyncio.to_thread(self._left_over, all_of_it)
        failed, self._failed = self._failed, set()
        for conversation_id in {*left_over, *failed}:
            self.start(conversation_id)

    async def keep_resuming(self) -> None:
        """Do so now, and every five seconds for as long as the server runs."""
        starting = True
        while True:
            try:
                await self.resume(all_of_it=starting)
                starting = False
            except Exception as error:
                logger.error("What is unanswered could not be looked up: %s", where(error))
            await asyncio.sleep(RESUME_SECONDS)

    def lock(self, conversation_id: str) -> Any:
        """Held while the conversation is being answered; whoever holds it sees no turn half done."""
        return self._agent().lock_store.lock(conversation_id)

    async def forget(self, conversation_id: str) -> None:
        """Let the tracker store drop what it keeps in memory of an erased conversation."""
        with suppress(ConversationGoneError):
            await self._agent().tracker_store.retrieve(conversation_id)

    async def _answer_waiting(self, conversation_id: str, waiting: Waiting | None) -> Answered:
        answered: Answered = {}
        tries: Counter[str] = Counter()
        async with self.lock(conversation_id):
            waiting = waiting or await asyncio.to_thread(self._next, conversation_id)
            while waiting:
                message_id = waiting.message.message_id
                tries[message_id] += 1
                if tries[message_id] > 2 * TRIES:
                    raise StaleConversationError("The conversation changes at every try.")
                committed = await self._treat(waiting, last=tries[message_id] > TRIES)
                self._on_change("message", conversation_id)
                if committed:
                    answered[message_id] = committed.replies
                    waiting = committed.next
                else:
                    waiting = await asyncio.to_thread(self._next, conversation_id)
        return answered

    async def _treat(self, waiting: Waiting, *, last: bool) -> Committed | None:
        message = waiting.message
        if not await self._taken_over.has(message.conversation_id):
            self._on_change("typing", message.conversation_id)
            return await self._answer(waiting, last=last)
        with running_turn(message.conversation_id) as turn:
            await self._taken_over.hear(message, self._user_message(message))
        return turn.committed

    async def _answer(self, waiting: Waiting, *, last: bool) -> Committed | None:
        message = waiting.message
        failure: str | None = StaleConversationError.__name__
        if not last:
            with running_turn(message.conversation_id, waiting.head) as turn:
                failure = await self._run(message)
        if failure:
            with running_turn(message.conversation_id) as turn:
                await self._close(message, failure)
        return turn.committed

    async def _run(self, message: Inbound) -> str | None:
        """Let Rasa take its turn; returns what went wrong where it makes no sense to try again."""
        agent = self._agent()
        adjust(agent)
        try:
            await asyncio.wait_for(agent.handle_message(self._user_message(message)), TURN_SECONDS)
        except (StaleConversationError, AlreadyAnsweredError) as error:
            logger.info("A turn is repeated in conversation %s: %s", message.conversation_id, where(error))
        except SilentTurnError as error:
            logger.error("A turn said nothing in conversation %s.", message.conversation_id)
            return type(error).__name__
        except Exception as error:
            logger.error("A turn failed in conversation %s: %s", message.conversation_id, where(error))
            return where(error)
        return None

    async def _close(self, message: Inbound, failure: str) -> None:
        """Answer a message whose turn failed. The loaded model may hear more in it than the rules alone, so it is asked again."""
        sent = self._user_message(message)
        understood = await understand(self._agent(), sent)
        heard = (understood.get("safety") or {}).get("level")
        reply = await asyncio.to_thread(self._safe_reply, message, failure, heard)
        try:
            await close_turn(self._agent(), sent, understood, reply)
        except (StaleConversationError, AlreadyAnsweredError) as error:
            logger.info("Another turn came first in %s: %s", message.conversation_id, where(error))

    def _done(self, conversation_id: str, task: asyncio.Task[Answered]) -> None:
        """A task nobody waits for may fail, too; what it left is tried again when the fault is gone."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._failed.add(conversation_id)
            logger.error("A message was left unanswered: %s", where(error))

    def _user_message(self, message: Inbound) -> UserMessage:
        return UserMessage(
            message.text,
            self._output,
            message.conversation_id,
            parse_data=_parse_choice(message),
            input_channel=self._output.name(),
            message_id=message.message_id,
        )

    def _next(self, conversation_id: str) -> Waiting | None:
        with self._database.reading() as session:
            message = inbound.oldest_unanswered(session.connection(), conversation_id)
        return Waiting(message) if message else None

    def _left_over(self, all_of_it: bool) -> list[str]:
        with self._database.transaction() as session:
            return inbound.claim_unanswered(session, channel=self._output.name(), all_of_it=all_of_it)


def _parse_choice(message: Inbound) -> dict[str, Any] | None:
    """What NLU would have found, for a choice: the intent that the button stands for."""
    if not message.choice_payload:
        return None
    parsed = YAMLStoryReader.unpack_regex_message(RasaMessage({TEXT: message.choice_payload}))
    return {
        "text": message.text,
        "intent": parsed.get("intent"),
        "intent_ranking": [parsed.get("intent")],
        "entities": parsed.get("entities") or [],
    }
