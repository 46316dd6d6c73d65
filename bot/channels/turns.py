"""One message's way through Rasa, shared by every channel.

The oldest unanswered message of a conversation is taken under the conversation's lock, in a task of its own: a visitor
who closes the page must not cancel the turn. Nothing is sent during a turn; what Rasa wanted to say is collected, stored
together with the mark "answered", and only then delivered by the channel.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader

from bot.conversations import inbound
from bot.conversations.inbound import Choice, Reply
from bot.conversations.models import Inbound
from bot.database import Database
from bot.errors import where

logger = logging.getLogger(__name__)

TURN_SECONDS = 12.0  # two actions of five seconds each, and some
RESUME_SECONDS = 30.0


class CollectedReplies(OutputChannel):
    """Keeps what a turn says instead of sending it."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.replies: list[Reply] = []

    def name(self) -> str:  # type: ignore[override]
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        if message.get("text"):
            self.replies.append(_reply(message))


class Turns:
    """Runs a channel's turns, one after the other in each conversation.

    Args:
        handle: gives a message to Rasa.
        safe_reply: what is said to a message whose turn failed or said nothing; runs in a thread.
        on_change: called with the conversation's id and `typing` or `message` whenever there is something to show.
    """

    def __init__(
        self,
        database: Database,
        channel: str,
        *,
        handle: Callable[[UserMessage], Awaitable[Any]],
        safe_reply: Callable[[Inbound], Reply],
        on_change: Callable[[str, str], None] = lambda conversation_id, kind: None,
    ) -> None:
        self._database = database
        self._channel = channel
        self._handle = handle
        self._safe_reply = safe_reply
        self._on_change = on_change
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, conversation_id: str) -> asyncio.Task[None]:
        """Begin to answer what waits in the conversation; the task goes on when its caller is cancelled."""
        task = asyncio.create_task(self._answer_waiting(conversation_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def resume(self) -> None:
        """Begin to answer everything that was left unanswered, by an earlier process or by a failure."""
        for conversation_id in await asyncio.to_thread(self._left_over):
            self.start(conversation_id)

    async def keep_resuming(self) -> None:
        """Do so now and every thirty seconds, for as long as the server runs."""
        while True:
            try:
                await self.resume()
            except Exception as error:
                logger.error("What is unanswered could not be looked up: %s", where(error))
            await asyncio.sleep(RESUME_SECONDS)

    def lock(self, conversation_id: str) -> asyncio.Lock:
        """Held while the conversation is being answered; whoever holds it sees no turn half done."""
        return self._locks.setdefault(conversation_id, asyncio.Lock())

    async def _answer_waiting(self, conversation_id: str) -> None:
        async with self.lock(conversation_id):
            while message := await asyncio.to_thread(self._next, conversation_id):
                self._on_change(conversation_id, "typing")
                replies = await self._run(message)
                await asyncio.to_thread(self._store, message, replies)
                self._on_change(conversation_id, "message")

    async def _run(self, message: Inbound) -> list[Reply]:
        output = CollectedReplies(self._channel)
        try:
            await asyncio.wait_for(self._handle(_user_message(message, output)), TURN_SECONDS)
        except Exception as error:
            logger.error("A turn failed in conversation %s: %s", message.conversation_id, where(error))
            return [await asyncio.to_thread(self._safe_reply, message)]
        if output.replies:
            return output.replies
        logger.error("A turn said nothing in conversation %s.", message.conversation_id)
        return [await asyncio.to_thread(self._safe_reply, message)]

    def _next(self, conversation_id: str) -> Inbound | None:
        with self._database.reading() as session:
            return inbound.oldest_unanswered(session, conversation_id)

    def _store(self, message: Inbound, replies: list[Reply]) -> None:
        with self._database.transaction() as session:
            inbound.answer(session, message.conversation_id, message.message_id, replies)

    def _left_over(self) -> list[str]:
        with self._database.reading() as session:
            return inbound.unanswered_conversations(session, channel=self._channel)


def reply_from_response(response: dict[str, Any]) -> Reply:
    """A reply from one of the domain's `utter_` responses."""
    return _reply(response)


def _user_message(message: Inbound, output: OutputChannel) -> UserMessage:
    return UserMessage(
        message.text,
        output,
        message.conversation_id,
        parse_data=_parse_choice(message),
        input_channel=output.name(),
        message_id=message.message_id,
    )


def _parse_choice(message: Inbound) -> dict[str, Any] | None:
    """What NLU would have found, for a choice: the intent that the button stands for."""
    if not message.choice_payload:
        return None
    parsed = YAMLStoryReader.unpack_regex_message(_rasa_message(message.choice_payload))
    return {
        "text": message.text,
        "intent": parsed.get("intent"),
        "intent_ranking": [parsed.get("intent")],
        "entities": parsed.get("entities") or [],
    }


def _rasa_message(payload: str) -> Any:
    from rasa.shared.nlu.constants import TEXT
    from rasa.shared.nlu.training_data.message import Message

    return Message({TEXT: payload})


def _reply(message: dict[str, Any]) -> Reply:
    marks = {**(message.get("metadata") or {}), **message}  # those of a domain response arrive nested
    buttons = message.get("buttons") or []
    return Reply(
        text=message["text"].strip(),
        choices=[Choice(title=button["title"], payload=button["payload"]) for button in buttons],
        topics=marks.get("topics") or [],
        outcome=marks.get("outcome"),
        sources=marks.get("sources") or [],
    )
