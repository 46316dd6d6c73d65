"""Who is to be reminded of tomorrow's consultation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.booking.appointment import Appointment
from bot.booking.models import Booking
from bot.booking.schedule import DAY, Schedule


def due_reminders(session: Session, schedule: Schedule, *, now: datetime) -> list[Appointment]:
    """The consultations of tomorrow, by the clinic's day, whose visitors have not been reminded of this time; they count as
    reminded once the transaction is committed. Of two processes that ask at once, each gets others."""
    begins, ends = schedule.day(schedule.local(now).date() + DAY)
    query = (
        select(Booking)
        .where(Booking.status == "booked", Booking.starts_at >= begins, Booking.starts_at < ends)
        .where(Booking.reminded_at.is_(None))
        .order_by(Booking.starts_at, Booking.id)
        .with_for_update(skip_locked=True)
    )
    due = list(session.execute(query).scalars())
    for booking in due:
        booking.reminded_at = now
    return [booking.appointment() for booking in due]
