"""Places in the queue for a conversation, where several processes share one database."""

from __future__ import annotations

from sqlalchemy import Column, Index, String

from bot.database import Base, BigNumber, UtcDateTime


class LockTicket(Base):
    """A place in the queue for a conversation's lock, where several processes share one PostgreSQL database."""

    __tablename__ = "lock_ticket"
    __table_args__ = (Index("ix_lock_ticket_conversation", "conversation_id", "ticket"),)

    ticket = Column(BigNumber, primary_key=True)
    conversation_id = Column(String(200), nullable=False)
    holder = Column(String(64), nullable=False)
    expires_at = Column(UtcDateTime, nullable=False)
