"""Reading a conversation back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversations.models import Message, MessageTopic

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


def topics_said(session: Session, conversation_id: str) -> set[str]:
    """Slugs of the topics that the conversation's replies were about."""
    query = (
        select(MessageTopic.topic)
        .join(Message, Message.number == MessageTopic.message_number)
        .where(Message.conversation_id == conversation_id)
    )
    return set(session.execute(query).scalars())


def mentioned_entities(session: Session, conversation_id: str) -> list[list[dict[str, Any]]]:
    """The entities found in each of the visitor's messages that were answered, in the order of the chat."""
    query = (
        select(Message.entities)
        .where(Message.conversation_id == conversation_id, Message.sender == "visitor")
        .order_by(Message.cursor)
    )
    return [found or [] for found in session.execute(query).scalars()]


def visitor_texts(session: Session, conversation_id: str, *, until: str, most: int) -> list[str]:
    """What the visitor wrote up to the message with the id `until`, at most so many messages, oldest first."""
    its_cursor = select(Message.cursor).where(Message.conversation_id == conversation_id, Message.id == until)
    query = (
        select(Message.text)
        .where(Message.conversation_id == conversation_id, Message.sender == "visitor")
        .where(Message.cursor <= its_cursor.scalar_subquery())
        .order_by(Message.cursor.desc())
        .limit(most)
    )
    return list(session.execute(query).scalars())[::-1]
