"""The conversation itself: beginning one, and holding it while something is added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.orm import Session

from bot.conversations.models import Conversation
from bot.database import now
from bot.errors import BotError

CONVERSATIONS = Conversation.__table__
# Statements of every turn are made once: making one costs as much as running it.
_LOCKED = select(CONVERSATIONS).where(CONVERSATIONS.c.id == bindparam("id")).with_for_update()


class ConversationGoneError(BotError):
    """The conversation does not exist, or was erased."""

    def __init__(self) -> None:
        super().__init__("This conversation has ended. Please start a new one.")


@dataclass(frozen=True)
class Window:
    """Where a dialogue is resumed from: `state` holds before the event numbered `seq` + 1."""

    seq: int
    state: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Head:
    """How far a conversation has got, and where its dialogue is resumed from."""

    last_seq: int
    window: Window


def start_conversation(session: Session, *, channel: str) -> str:
    """Open a conversation and return its id: 32 hexadecimal digits that nobody can guess."""
    conversation = Conversation(id=uuid4().hex, channel=channel, created_at=now(), last_cursor=0)
    session.add(conversation)
    return str(conversation.id)


def lock_conversation(session: Session, conversation_id: str) -> Conversation:
    """The conversation, locked until the transaction ends.

    Raises:
        ConversationGoneError: there is none, or it was erased.
    """
    return _living(session.get(Conversation, conversation_id, with_for_update=True))


def head_of(row: Row) -> Head:
    """The head that a row of `conversation` tells of."""
    return Head(row.last_seq, Window(row.window_seq, tuple(row.window_state)))


def locked_row(connection: Connection, conversation_id: str) -> Row | None:
    """The conversation's columns, locked until the transaction ends; None where there is none.

    Raises:
        ConversationGoneError: it was erased.
    """
    row = connection.execute(_LOCKED, {"id": conversation_id}).one_or_none()
    if row is not None and row.erased_at is not None:
        raise ConversationGoneError
    return row


def require_conversation(session: Session, conversation_id: str) -> Conversation:
    """The conversation, for reading.

    Raises:
        ConversationGoneError: there is none, or it was erased.
    """
    return _living(session.get(Conversation, conversation_id))


def require_not_erased(session: Session, conversation_id: str) -> None:
    """Lock the conversation, where there is one, until the transaction ends, so that no erasure comes between.

    Raises:
        ConversationGoneError: it was erased.
    """
    conversation = session.get(Conversation, conversation_id, with_for_update=True)
    if conversation is not None:
        _living(conversation)


def _living(conversation: Conversation | None) -> Conversation:
    if conversation is None or conversation.erased_at is not None:
        raise ConversationGoneError
    return conversation
