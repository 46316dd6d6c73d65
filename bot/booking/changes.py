"""Moving and cancelling a booked consultation. Each change raises its sequence by one (RFC 5545, 3.8.7.4)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.booking.appointment import Appointment
from bot.booking.holds import release_hold
from bot.booking.models import Booking
from bot.booking.occupancy import free, free_expired_holds, occupy, queue_for_calendar, require_possible
from bot.booking.refusals import BookingFixedError, BookingUnknownError
from bot.booking.schedule import Schedule, Slot


def move_booking(
    session: Session, schedule: Schedule, booking_id: int, slot: Slot, *, now: datetime, held_by: str = ""
) -> Appointment:
    """Give a booked consultation another time; the old one is free at the same moment. Where it begins then already,
    nothing changes.

    Args:
        held_by: the conversation that moves it; what it holds is let go, since it may be this very time.

    Raises:
        SlotTakenError: somebody else has the time; the consultation stays where it was.
        SlotRefusedError: the clinic takes nobody then.
        BookingFixedError: it is not booked, or has begun.
        BookingUnknownError: there is none of this id.
    """
    queue_for_calendar(session)
    booking = upcoming(session, booking_id, now)
    if booking.begins_with(slot):
        return booking.appointment()
    slot = require_possible(session, schedule, slot, now)
    with session.begin_nested():
        release_hold(session, held_by)
        change_time(session, schedule, booking, slot, now)
    return booking.appointment()


def cancel_booking(session: Session, booking_id: int, *, by: str, now: datetime) -> Appointment:
    """Call a booked consultation off and free its time. Where it is cancelled already, nothing changes.

    Args:
        by: the inbound message that says so, or "staff".

    Raises:
        BookingFixedError: it is not booked, or has begun.
        BookingUnknownError: there is none of this id.
    """
    queue_for_calendar(session)
    booking = find(session, booking_id)
    if booking.status == "cancelled" and booking.starts_at:
        return booking.appointment()
    booking = upcoming(session, booking_id, now)
    free(session, booking)
    booking.status, booking.cancelled_by = "cancelled", by
    booking.sequence, booking.changed_at = booking.sequence + 1, now
    session.flush()
    return booking.appointment()


def find(session: Session, booking_id: int) -> Booking:
    """The booking of this id, as it is now.

    Raises:
        BookingUnknownError: there is none.
    """
    booking = session.get(Booking, booking_id, populate_existing=True)
    if booking is None:
        raise BookingUnknownError
    return booking  # type: ignore[no-any-return]


def upcoming(session: Session, booking_id: int, now: datetime) -> Booking:
    """The booked consultation of this id, which has not begun.

    Raises:
        BookingFixedError: it is not booked, or has begun.
        BookingUnknownError: there is none.
    """
    booking = find(session, booking_id)
    if booking.status != "booked":
        raise BookingFixedError("This consultation is not booked: there is nothing to change.")
    if booking.starts_at <= now:
        raise BookingFixedError("This consultation has begun, so it can no longer be moved or cancelled.")
    return booking  # type: ignore[no-any-return]


def change_time(session: Session, schedule: Schedule, booking: Booking, slot: Slot, now: datetime) -> None:
    """Give a booked consultation this time, and have its visitor reminded of it anew.

    Raises:
        SlotTakenError: another booking occupies a part of it.
    """
    free_expired_holds(session, now)
    occupy(session, booking, schedule, slot)
    booking.sequence, booking.reminded_at, booking.changed_at = booking.sequence + 1, None, now
    session.flush()
