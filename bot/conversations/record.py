"""Reading the dialogue's events back."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.conversations.conversation import CONVERSATIONS, ConversationGoneError, Head, head_of
from bot.conversations.models import Conversation, Event

# Made once, since every turn runs it: making a statement costs as much as running it.
_HEAD = select(
    CONVERSATIONS.c.last_seq,
    CONVERSATIONS.c.window_seq,
    CONVERSATIONS.c.window_state,
    CONVERSATIONS.c.erased_at,
).where(CONVERSATIONS.c.id == bindparam("id"))


def read_head(session: Session, conversation_id: str) -> Head | None:
    """The conversation's head, by its primary key; None where there is no such conversation.

    Raises:
        ConversationGoneError: it was erased.
    """
    row = session.execute(_HEAD, {"id": conversation_id}).one_or_none()
    if row is None:
        return None
    if row.erased_at is not None:
        raise ConversationGoneError
    return head_of(row)


def events_after(session: Session, conversation_id: str, seq: int) -> list[str]:
    """The events after the one numbered `seq`, in order, each as JSON text."""
    query = (
        select(Event.data).where(Event.conversation_id == conversation_id, Event.seq > seq).order_by(Event.seq)
    )
    return list(session.execute(query).scalars())


def conversations_with_events(session: Session) -> list[str]:
    """Ids of the conversations that have events and were not erased, oldest first."""
    query = (
        select(Conversation.id)
        .where(Conversation.last_seq > 0, Conversation.erased_at.is_(None))
        .order_by(Conversation.created_at)
    )
    return list(session.execute(query).scalars())
