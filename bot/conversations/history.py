"""Reading a conversation back."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversations.models import Message

PAGE = 500


def messages_after(session: Session, conversation_id: str, cursor: int) -> list[Message]:
    """At most 500 messages after `cursor` (0: from the beginning), oldest first."""
    query = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.cursor > cursor)
        .order_by(Message.cursor)
        .limit(PAGE)
    )
    return list(session.execute(query).scalars())
