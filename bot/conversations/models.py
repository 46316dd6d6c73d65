"""What is kept of a conversation: the conversation, what came in, and the readable messages both ways."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)

from bot.database import Base, UtcDateTime

OUTCOMES = (
    "answered",
    "clarify",
    "unanswered",
    "handoff",
    "urgent",
    "booking",
    "smalltalk",
)


class Conversation(Base):
    """One visitor's chat. `erased_at` retires the id for good; the row stays so that it is never given out again."""

    __tablename__ = "conversation"

    id = Column(String(32), primary_key=True)
    channel = Column(String(20), nullable=False)
    created_at = Column(UtcDateTime, nullable=False)
    last_cursor = Column(Integer, nullable=False, default=0)
    erased_at = Column(UtcDateTime)


class Inbound(Base):
    """A visitor's message as the channel took it in; `answered_at` is set in the transaction that stores its replies."""

    __tablename__ = "inbound"
    __table_args__ = (Index("ix_inbound_unanswered", "answered_at", "conversation_id", "cursor"),)

    conversation_id = Column(String(32), ForeignKey("conversation.id"), primary_key=True)
    message_id = Column(String(64), primary_key=True)
    cursor = Column(Integer, nullable=False)
    text = Column(Text, nullable=False)
    choice_id = Column(String(100))
    choice_payload = Column(Text)
    received_at = Column(UtcDateTime, nullable=False)
    answered_at = Column(UtcDateTime)


class Message(Base):
    """A message as people read it. `cursor` counts 1, 2, 3 … within the conversation, in the order of the chat."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "inbound_id", "reply_index", name="uq_message_reply"),
        Index("ix_message_at", "at"),
    )

    conversation_id = Column(String(32), ForeignKey("conversation.id"), primary_key=True)
    cursor = Column(Integer, primary_key=True)
    id = Column(String(80), nullable=False)
    sender = Column(String(10), nullable=False)  # visitor, bot or staff
    at = Column(UtcDateTime, nullable=False)
    text = Column(Text, nullable=False)
    inbound_id = Column(String(64))
    reply_index = Column(Integer)
    choices = Column(JSON, nullable=False, default=list)
    topics = Column(JSON, nullable=False, default=list)
    outcome = Column(String(20))
    sources = Column(JSON, nullable=False, default=list)


class Handoff(Base):
    """A wish, or a need, for a person at the clinic. One inbound message makes at most one."""

    __tablename__ = "handoff"
    __table_args__ = (
        UniqueConstraint("conversation_id", "inbound_id", name="uq_handoff_inbound"),
        ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        Index("ix_handoff_status", "status", "created_at"),
    )

    id = Column(Integer, primary_key=True)
    conversation_id = Column(String(32), nullable=False)
    inbound_id = Column(String(64), nullable=False)
    reason = Column(String(20), nullable=False)  # asked, complaint, concerning, urgent or crisis
    summary = Column(Text, nullable=False)
    name = Column(String(200))
    phone = Column(String(32))
    email = Column(String(254))
    status = Column(String(20), nullable=False, default="waiting")
    created_at = Column(UtcDateTime, nullable=False)


class KnowledgeGap(Base):
    """A question that no approved answer covered, kept so that staff can write one."""

    __tablename__ = "knowledge_gap"
    __table_args__ = (
        UniqueConstraint("conversation_id", "inbound_id", name="uq_knowledge_gap_inbound"),
        ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        Index("ix_knowledge_gap_created_at", "created_at"),
    )

    id = Column(Integer, primary_key=True)
    conversation_id = Column(String(32), nullable=False)
    inbound_id = Column(String(64), nullable=False)
    question = Column(Text, nullable=False)
    topic = Column(String(64))
    created_at = Column(UtcDateTime, nullable=False)
