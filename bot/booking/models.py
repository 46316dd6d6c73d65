"""Consultations and what keeps them apart."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text

from bot.booking.appointment import Appointment
from bot.booking.schedule import Slot
from bot.database import Base, UtcDateTime


class Booking(Base):
    """A visitor's consultation, from the wish for one to the day. A request has no time yet.

    One inbound message makes at most one; a conversation holds at most one time that it has not confirmed.
    """

    __tablename__ = "booking"
    __table_args__ = (
        UniqueConstraint("code", name="uq_booking_code"),
        UniqueConstraint("conversation_id", "inbound_id", name="uq_booking_inbound"),
        Index(
            "uq_booking_hold",
            "conversation_id",
            unique=True,
            sqlite_where=text("status = 'held'"),
            postgresql_where=text("status = 'held'"),
        ),
        Index("ix_booking_status", "status", "created_at"),
        Index("ix_booking_starts_at", "starts_at"),
    )

    id = Column(Integer, primary_key=True)
    code = Column(String(12), nullable=False)  # what the visitor quotes; see codes.py
    conversation_id = Column(String(32), nullable=False)
    inbound_id = Column(String(64), nullable=False)
    name = Column(String(200), nullable=False, default="")
    phone = Column(String(32))
    email = Column(String(254))
    concern = Column(Text, nullable=False, default="")
    wishes = Column(Text, nullable=False, default="")  # preferred days and times, where no time is fixed
    cautions = Column(JSON, nullable=False, default=list)
    practitioner = Column(String(200), nullable=False, default="")  # "" where the clinic names none
    starts_at = Column(UtcDateTime)
    ends_at = Column(UtcDateTime)
    status = Column(String(20), nullable=False, default="requested")
    held_until = Column(UtcDateTime)
    sequence = Column(Integer, nullable=False, default=0)
    reminded_at = Column(UtcDateTime)  # of this start; a move forgets it
    created_at = Column(UtcDateTime, nullable=False)
    changed_at = Column(UtcDateTime, nullable=False)
    cancelled_by = Column(String(64))  # the inbound message that cancelled it, or "staff"

    def begins_with(self, slot: Slot) -> bool:
        """Whether it has this time."""
        return bool((self.starts_at, self.practitioner) == (slot.starts_at, slot.practitioner))

    def appointment(self) -> Appointment:
        """It as others need it; it must have a time."""
        return Appointment(
            id=self.id,
            code=self.code,
            conversation_id=self.conversation_id,
            status=self.status,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            practitioner=self.practitioner,
            name=self.name,
            phone=self.phone,
            email=self.email,
            concern=self.concern,
            cautions=tuple(self.cautions),
            sequence=self.sequence,
            changed_at=self.changed_at,
        )


class Occupied(Base):
    """Five minutes of a practitioner's that a held or booked consultation takes, or the buffer after it. The primary key is
    what refuses a double booking."""

    __tablename__ = "occupied"
    __table_args__ = (Index("ix_occupied_booking", "booking_id"),)

    practitioner = Column(String(200), primary_key=True)
    at = Column(UtcDateTime, primary_key=True)
    booking_id = Column(Integer, ForeignKey("booking.id", ondelete="CASCADE"), nullable=False)


class Closure(Base):
    """A time in which the clinic, or one practitioner, takes nobody; entered by staff."""

    __tablename__ = "closure"
    __table_args__ = (Index("ix_closure_ends_at", "ends_at"),)

    id = Column(Integer, primary_key=True)
    starts_at = Column(UtcDateTime, nullable=False)
    ends_at = Column(UtcDateTime, nullable=False)
    practitioner = Column(String(200), nullable=False, default="")  # "" for all
    reason = Column(String(200), nullable=False, default="")
