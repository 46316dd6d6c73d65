"""Requests for a consultation."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, UniqueConstraint

from bot.database import Base, UtcDateTime


class BookingRequest(Base):
    """A visitor's wish for a consultation, waiting for staff. One inbound message makes at most one."""

    __tablename__ = "booking_request"
    __table_args__ = (
        UniqueConstraint("conversation_id", "inbound_id", name="uq_booking_request_inbound"),
        Index("ix_booking_request_status", "status", "created_at"),
    )

    id = Column(Integer, primary_key=True)
    conversation_id = Column(String(32), nullable=False)
    inbound_id = Column(String(64), nullable=False)
    name = Column(String(200), nullable=False)
    phone = Column(String(32))
    email = Column(String(254))
    cautions = Column(JSON, nullable=False, default=list)
    status = Column(String(20), nullable=False, default="requested")  # requested, cancelled
    created_at = Column(UtcDateTime, nullable=False)
    cancelled_by = Column(String(64))  # the inbound message that cancelled it
