"""A message that the assistant leaves to the person who has the conversation."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.conversations.conversation import lock_conversation
from bot.conversations.models import Inbound, Message
from bot.conversations.turn import Said
from bot.database import now


def leave_to_staff(session: Session, conversation_id: str, said: Said) -> bool:
    """Mark the message answered, without a reply, and note what was understood: a caution stays known.

    Returns:
        False where nobody has the conversation any more, so that the assistant has to answer after all.

    Raises:
        ConversationGoneError: it was erased.
    """
    if lock_conversation(session, conversation_id).taken_over_by is None:
        return False
    this = (Inbound.conversation_id == conversation_id, Inbound.message_id == said.id)
    session.execute(
        update(Inbound).where(*this, Inbound.answered_at.is_(None)).values(answered_at=now()),
        execution_options={"synchronize_session": False},
    )
    cursor = select(Inbound.cursor).where(*this).scalar_subquery()
    understood = {
        "intent": said.intent,
        "confidence": said.confidence,
        "ranking": list(said.ranking),
        "entities": list(said.entities),
    }
    message = update(Message).where(Message.conversation_id == conversation_id, Message.cursor == cursor)
    session.execute(message.values(**understood), execution_options={"synchronize_session": False})
    return True
