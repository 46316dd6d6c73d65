"""What is kept of a conversation: its events, what came in, the readable messages both ways, and what must leave."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)

from bot.database import Base, BigNumber, UtcDateTime

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
    __table_args__ = (Index("ix_conversation_taken_over", "taken_over_at"),)

    id = Column(String(32), primary_key=True)
    channel = Column(String(20), nullable=False)
    created_at = Column(UtcDateTime, nullable=False)
    last_cursor = Column(Integer, nullable=False, default=0)
    last_seq = Column(Integer, nullable=False, default=0)  # of its events
    # What a dialogue is resumed from: the state (slots, form) before event `window_seq` + 1, and the events from there on.
    window_seq = Column(Integer, nullable=False, default=0)
    window_state = Column(JSON, nullable=False, default=list)
    # While a person at the clinic has it, the assistant is silent.
    taken_over_by = Column(String(200))
    taken_over_at = Column(UtcDateTime)
    staff_wrote_at = Column(UtcDateTime)  # the last time since then; null: not yet
    erased_at = Column(UtcDateTime)


class Event(Base):
    """One event of the dialogue, as Rasa serialises it. `seq` counts 1, 2, 3 … in the conversation: a lost update is a
    duplicate key."""

    __tablename__ = "event"

    conversation_id = Column(String(32), ForeignKey("conversation.id"), primary_key=True)
    seq = Column(Integer, primary_key=True)
    type = Column(String(40), nullable=False)
    at = Column(UtcDateTime, nullable=False)
    data = Column(Text, nullable=False)


class Inbound(Base):
    """A visitor's message as the channel took it in; `answered_at` is set in the transaction that stores its replies."""

    __tablename__ = "inbound"
    __table_args__ = (
        Index("ix_inbound_unanswered", "answered_at", "conversation_id", "cursor"),
        Index("ix_inbound_received", "conversation_id", "received_at"),
    )

    conversation_id = Column(String(32), ForeignKey("conversation.id"), primary_key=True)
    message_id = Column(String(64), primary_key=True)
    cursor = Column(Integer, nullable=False)
    text = Column(Text, nullable=False)
    choice_id = Column(String(100))
    choice_payload = Column(Text)
    received_at = Column(UtcDateTime, nullable=False)
    claimed_until = Column(UtcDateTime)  # until then some process is at work on it
    answered_at = Column(UtcDateTime)
    failure = Column(Text)  # what went wrong in its turn: kind and place, never what was written


class Message(Base):
    """A message as people read it. `cursor` counts 1, 2, 3 … within the conversation, in the order of the chat."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "cursor", name="uq_message_cursor"),
        UniqueConstraint("conversation_id", "inbound_id", "reply_index", name="uq_message_reply"),
        Index("ix_message_at", "at"),
        Index("ix_message_channel", "channel", "at"),
        Index("ix_message_outcome", "outcome", "at"),
    )

    number = Column(BigNumber, primary_key=True)
    conversation_id = Column(String(32), ForeignKey("conversation.id"), nullable=False)
    cursor = Column(Integer, nullable=False)
    channel = Column(String(20), nullable=False)
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
    # Of a visitor's message: what was understood.
    intent = Column(String(64))
    confidence = Column(Float)
    ranking = Column(JSON)
    entities = Column(JSON)
    # Of a reply: what it came from, and how far it has got; null where the visitor's page fetches it.
    model_version = Column(String(64))
    knowledge_versions = Column(JSON)  # {slug: version} of the entries used
    delivery_status = Column(String(10))  # waiting, sent, delivered, read or failed
    author = Column(String(200))  # of a person's words, and of the mark that they joined or left: who it was


class MessageTopic(Base):
    """The topics of a reply, one a row, for finding replies by topic."""

    __tablename__ = "message_topic"
    __table_args__ = (Index("ix_message_topic", "topic", "at"),)

    message_number = Column(BigNumber, ForeignKey("message.number", ondelete="CASCADE"), primary_key=True)
    topic = Column(String(64), primary_key=True)
    at = Column(UtcDateTime, nullable=False)


class Outgoing(Base):
    """Something that must leave the house: written in the transaction that decided it, delivered by the worker.

    Rows of one `lane` (a recipient on a channel) are delivered in order; `key` is unique, so that nothing leaves twice.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key", name="uq_outbox_key"),
        Index("ix_outbox_due", "status", "due_at"),
        Index("ix_outbox_lane", "lane", "status", "id"),
        Index("ix_outbox_conversation", "conversation_id"),
    )

    id = Column(BigNumber, primary_key=True)
    key = Column(String(200), nullable=False)
    kind = Column(String(20), nullable=False)  # names who delivers it: email, whatsapp
    lane = Column(String(200), nullable=False)
    conversation_id = Column(String(32), ForeignKey("conversation.id"))
    payload = Column(JSON, nullable=False)
    status = Column(String(10), nullable=False, default="waiting")  # waiting, sent or dead
    attempts = Column(Integer, nullable=False, default=0)
    due_at = Column(UtcDateTime, nullable=False)
    claimed_until = Column(UtcDateTime)
    fault = Column(Text)  # why the last attempt failed, in words for staff
    created_at = Column(UtcDateTime, nullable=False)
    sent_at = Column(UtcDateTime)


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
    reason = Column(String(20), nullable=False)  # asked, misunderstood, complaint, concerning, urgent or crisis
    summary = Column(Text, nullable=False)
    name = Column(String(200))
    phone = Column(String(32))
    email = Column(String(254))
    status = Column(String(20), nullable=False, default="waiting")  # waiting, taken or closed
    created_at = Column(UtcDateTime, nullable=False)
    taken_by = Column(String(200))
    taken_at = Column(UtcDateTime)
    closed_at = Column(UtcDateTime)


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
