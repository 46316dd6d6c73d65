"""Questions without an approved answer, kept for staff."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversations.models import KnowledgeGap
from bot.database import now


def record_gap(
    session: Session, conversation_id: str, inbound_id: str, *, question: str, topic: str | None = None
) -> None:
    """Keep the question, once per inbound message.

    Args:
        topic: the slug that lacked an approved answer, where one was understood.
    """
    query = select(KnowledgeGap.id).where(
        KnowledgeGap.conversation_id == conversation_id, KnowledgeGap.inbound_id == inbound_id
    )
    if session.execute(query).first() is None:
        session.add(
            KnowledgeGap(
                conversation_id=conversation_id,
                inbound_id=inbound_id,
                question=question,
                topic=topic,
                created_at=now(),
            )
        )
