"""The one commit of a turn: its events, its replies, what must leave, and the mark "answered", together or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.conversations.conversation import CONVERSATIONS, Head, Window, locked_row
from bot.conversations.inbound import Waiting, oldest_unanswered
from bot.conversations.models import Event, Inbound, Message, MessageTopic
from bot.conversations.replies import PULLED_CHANNELS, Reply, message_row
from bot.conversations.unasked import let_leave
from bot.database import now
from bot.errors import BotError

MOST_ID_CHARACTERS = 32
_MESSAGES, _INBOUND = Message.__table__, Inbound.__table__
# Statements of every turn are made once: making one costs as much as running it.
_ADD_EVENTS = insert(Event.__table__)
_ADD_MESSAGE = insert(_MESSAGES)
_ADD_TOPICS = insert(MessageTopic.__table__)
_THIS_INBOUND = (_INBOUND.c.conversation_id == bindparam("conversation")) & (
    _INBOUND.c.message_id == bindparam("message")
)
_INBOUND_STATE = select(_INBOUND.c.cursor, _INBOUND.c.answered_at).where(_THIS_INBOUND)
_MARK_ANSWERED = (
    update(_INBOUND)
    .where(_THIS_INBOUND)
    .values(answered_at=bindparam("answered_at"), failure=bindparam("failure"))
)
_NOTE_UNDERSTANDING = (
    update(_MESSAGES)
    .where(
        _MESSAGES.c.conversation_id == bindparam("conversation"), _MESSAGES.c.cursor == bindparam("at_cursor")
    )
    .values({name: bindparam(name) for name in ("intent", "confidence", "ranking", "entities")})
)
_MOVE_ON = (
    update(CONVERSATIONS)
    .where(CONVERSATIONS.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in ("last_seq", "last_cursor", "window_seq", "window_state")})
)


class StaleConversationError(BotError):
    """Somebody else added to the conversation since it was read; the turn has to be repeated on what is there now."""


class AlreadyAnsweredError(BotError):
    """The message has its replies; a second set is not stored."""


class SilentTurnError(BotError):
    """The turn said nothing to a message that waits for a reply; nothing of it is stored."""


@dataclass(frozen=True)
class DialogueEvent:
    """One event as Rasa serialises it; `data` is JSON text."""

    type: str
    at: datetime
    data: str


@dataclass(frozen=True)
class Said:
    """The visitor's message of a turn, and what was understood.

    Args:
        id: the inbound message's id.
        ranking: `[{"name": intent, "confidence": 0…1}, …]`, likeliest first.
    """

    id: str
    text: str
    intent: str | None = None
    confidence: float | None = None
    ranking: Sequence[Mapping[str, Any]] = ()
    entities: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Turn:
    """What is to be stored of a turn.

    Args:
        after: number of the last event that the turn knew of; 0 for a new conversation.
        said: None where nobody wrote: an action run by staff, a reminder.
        channel: where it took place; matters for a conversation that is not known yet.
    """

    conversation_id: str
    channel: str
    after: int = 0
    events: Sequence[DialogueEvent] = ()
    said: Said | None = None
    replies: Sequence[Reply] = ()
    model_version: str | None = None
    window: Window = field(default_factory=lambda: Window(0, ()))


@dataclass(frozen=True)
class Committed:
    """What a turn's commit stored.

    Args:
        replies: in the order in which they were said.
        next: what waits longest for its reply now.
    """

    head: Head
    replies: Sequence[Message] = ()
    next: Waiting | None = None


def commit_turn(session: Session, turn: Turn) -> Committed:
    """Store the turn.

    Raises:
        StaleConversationError: an event of the turn's numbers is there already.
        AlreadyAnsweredError: the message has its replies.
        SilentTurnError: the message waits for a reply, and there is none.
        ConversationGoneError: the conversation was erased.
    """
    session.flush()
    connection = session.connection()
    conversation = _locked(connection, turn)
    _insert_events(connection, turn)
    cursor = conversation.last_cursor
    if turn.said is not None:
        cursor = _note_said(connection, turn, turn.said, conversation)
    replies = _insert_replies(connection, turn, conversation, cursor)
    head = Head(turn.after + len(turn.events), turn.window)
    _move_on(connection, turn.conversation_id, head, cursor + len(replies))
    if conversation.channel not in PULLED_CHANNELS:
        for reply in replies:
            let_leave(session, reply)
    waiting = oldest_unanswered(connection, turn.conversation_id)
    return Committed(head, replies, Waiting(waiting, head) if waiting else None)


def _locked(connection: Connection, turn: Turn) -> Row:
    """The conversation's row, locked until the end; made where Rasa's own interfaces begin one."""
    conversation = locked_row(connection, turn.conversation_id)
    if conversation is None:
        conversation = _start(connection, turn)
    if conversation.last_seq != turn.after:
        raise StaleConversationError(f"The conversation is at event {conversation.last_seq}, not {turn.after}.")
    return conversation


def _start(connection: Connection, turn: Turn) -> Row:
    if len(turn.conversation_id) > MOST_ID_CHARACTERS:
        raise BotError(f"A conversation's id may have {MOST_ID_CHARACTERS} characters at most.")
    row = {"id": turn.conversation_id, "channel": turn.channel, "created_at": now()}
    connection.execute(insert(CONVERSATIONS), [{**row, "last_cursor": 0, "last_seq": 0, "window_state": []}])
    return locked_row(connection, turn.conversation_id)


def _insert_events(connection: Connection, turn: Turn) -> None:
    rows = [
        {
            "conversation_id": turn.conversation_id,
            "seq": seq,
            "type": event.type,
            "at": event.at,
            "data": event.data,
        }
        for seq, event in enumerate(turn.events, turn.after + 1)
    ]
    if not rows:
        return
    try:
        connection.execute(_ADD_EVENTS, rows)
    except IntegrityError as error:
        raise StaleConversationError("An event of this turn is stored already.") from error


def _move_on(connection: Connection, conversation_id: str, head: Head, cursor: int) -> None:
    standing = {
        "key": conversation_id,
        "last_seq": head.last_seq,
        "last_cursor": cursor,
        "window_seq": head.window.seq,
        "window_state": list(head.window.state),
    }
    connection.execute(_MOVE_ON, standing)


def _note_said(connection: Connection, turn: Turn, said: Said, conversation: Row) -> int:
    """Mark the message answered and note what was understood; returns the conversation's last cursor."""
    key = {"conversation": turn.conversation_id, "message": said.id}
    waiting = connection.execute(_INBOUND_STATE, key).one_or_none()
    if waiting is None:
        return _insert_said(connection, turn, said, conversation)
    if waiting.answered_at is not None:
        raise AlreadyAnsweredError("This message has been answered.")
    if not turn.replies:
        raise SilentTurnError("The turn said nothing.")
    failure = next((reply.failure for reply in turn.replies if reply.failure), None)
    connection.execute(_MARK_ANSWERED, {**key, "answered_at": now(), "failure": failure})
    connection.execute(
        _NOTE_UNDERSTANDING,
        {"conversation": turn.conversation_id, "at_cursor": waiting.cursor, **_understanding(said)},
    )
    return int(conversation.last_cursor)


def _insert_said(connection: Connection, turn: Turn, said: Said, conversation: Row) -> int:
    """The message's row where it came through one of Rasa's own channels, which store nothing before the turn."""
    cursor = int(conversation.last_cursor) + 1
    row = {"id": said.id, "sender": "visitor", "channel": conversation.channel, "at": now(), "text": said.text}
    empty: dict[str, Any] = {"choices": [], "topics": [], "sources": []}
    numbered = {"conversation_id": turn.conversation_id, "cursor": cursor}
    connection.execute(_ADD_MESSAGE, {**row, **empty, **numbered, **_understanding(said)})
    return cursor


def _understanding(said: Said) -> dict[str, Any]:
    return {
        "intent": said.intent,
        "confidence": said.confidence,
        "ranking": list(said.ranking),
        "entities": list(said.entities),
    }


def _insert_replies(connection: Connection, turn: Turn, conversation: Row, cursor: int) -> list[Message]:
    return [
        _insert_reply(connection, turn, conversation, reply, index=index, cursor=cursor + 1 + index)
        for index, reply in enumerate(turn.replies)
    ]


def _insert_reply(
    connection: Connection, turn: Turn, conversation: Row, reply: Reply, *, index: int, cursor: int
) -> Message:
    at = now()
    inbound_id = turn.said.id if turn.said else None
    reply_id = f"{inbound_id or f'event-{turn.after + 1}'}.{index}"
    row = {
        **message_row(reply, reply_id, channel=conversation.channel, at=at),
        "conversation_id": turn.conversation_id,
        "cursor": cursor,
        "inbound_id": inbound_id,
        "reply_index": index if inbound_id else None,
        "model_version": turn.model_version,
    }
    number = connection.execute(_ADD_MESSAGE, row).inserted_primary_key[0]
    if reply.topics:
        topics = [{"message_number": number, "topic": topic, "at": at} for topic in dict.fromkeys(reply.topics)]
        connection.execute(_ADD_TOPICS, topics)
    return Message(**row, number=number)
