"""A visitor's right to be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.conversations.conversation import lock_conversation
from bot.conversations.models import Event, Handoff, Inbound, KnowledgeGap, Message, Outgoing
from bot.conversations.news import notify
from bot.database import now

Eraser = Callable[[Session, str], None]


def erase_conversation(session: Session, conversation_id: str, erasers: Iterable[Eraser]) -> None:
    """Remove all that was said and asked for, and retire the id.

    Args:
        erasers: each other package's own part: removes what it keeps under the conversation's id.

    Raises:
        ConversationGoneError: it was erased before, or never was.
    """
    conversation = lock_conversation(session, conversation_id)
    for erase in erasers:
        erase(session, conversation_id)
    for model in (Event, Handoff, KnowledgeGap, Message, Inbound, Outgoing):
        session.execute(delete(model).where(model.conversation_id == conversation_id))
    conversation.window_state = []
    conversation.erased_at = now()
    notify(session, "message", conversation_id)
