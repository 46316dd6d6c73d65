"""A message that answers none of the visitor's: what a person at the clinic writes, and the marks that they joined and left."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.conversations.models import Conversation, Message
from bot.conversations.news import notify
from bot.conversations.outbox import enqueue
from bot.conversations.replies import PULLED_CHANNELS
from bot.database import now


def add_message(
    session: Session,
    conversation: Conversation,
    *,
    id: str,
    sender: str,
    text: str,
    outcome: str | None = None,
    author: str | None = None,
) -> Message:
    """Put it last in the chat and let it reach the visitor: by their open page, or through the outbox.

    Args:
        conversation: locked until the transaction ends, so that two messages never get one cursor.
    """
    conversation.last_cursor += 1
    message = Message(
        conversation_id=conversation.id,
        cursor=conversation.last_cursor,
        channel=conversation.channel,
        id=id,
        sender=sender,
        at=now(),
        text=text,
        outcome=outcome,
        author=author,
        choices=[],
        topics=[],
        sources=[],
        delivery_status=None if conversation.channel in PULLED_CHANNELS else "waiting",
    )
    session.add(message)
    if conversation.channel not in PULLED_CHANNELS:
        let_leave(session, message)
    notify(session, "message", conversation.id)
    return message


def let_leave(session: Session, message: Message) -> None:
    """Have the message delivered on its channel, in the order of the chat."""
    enqueue(
        session,
        kind=message.channel,
        key=f"{message.conversation_id}:{message.id}",
        lane=f"{message.channel}:{message.conversation_id}",
        conversation_id=message.conversation_id,
        payload={"conversation_id": message.conversation_id, "cursor": message.cursor},
    )
