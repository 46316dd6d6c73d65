"""What staff do with bookings: fix a time, and note who did not come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.booking.appointment import Appointment
from bot.booking.availability import Why
from bot.booking.changes import change_time, find, upcoming
from bot.booking.occupancy import free_expired_holds, occupy, queue_for_calendar
from bot.booking.refusals import BookingFixedError, SlotRefusedError
from bot.booking.schedule import Schedule, Slot


def confirm_request(
    session: Session, schedule: Schedule, booking_id: int, slot: Slot, *, now: datetime
) -> Appointment:
    """Fix the time of a request. Staff may choose any, also outside the opening hours, that is not over and is free; where
    the request has this time already, nothing changes.

    Raises:
        SlotTakenError: a booking, or a visitor who is about to book, has the time.
        SlotRefusedError: the time is over.
        BookingFixedError: it is no open request.
        BookingUnknownError: there is none of this id.
    """
    queue_for_calendar(session)
    booking = find(session, booking_id)
    if booking.status == "booked" and booking.begins_with(slot):
        return booking.appointment()
    if booking.status != "requested":
        raise BookingFixedError("This request was booked or cancelled before: please look at it again.")
    _require_future(slot, now)
    free_expired_holds(session, now)
    occupy(session, booking, schedule, slot)
    booking.status, booking.changed_at = "booked", now
    session.flush()
    return booking.appointment()


def move_for_visitor(
    session: Session, schedule: Schedule, booking_id: int, slot: Slot, *, now: datetime
) -> Appointment:
    """Give a booked consultation any other time that is not over and is free, also outside the opening hours.

    Raises:
        SlotTakenError, SlotRefusedError, BookingFixedError, BookingUnknownError: as above.
    """
    queue_for_calendar(session)
    booking = upcoming(session, booking_id, now)
    if not booking.begins_with(slot):
        _require_future(slot, now)
        change_time(session, schedule, booking, slot, now)
    return booking.appointment()


def mark_no_show(session: Session, booking_id: int, *, now: datetime) -> Appointment:
    """Note that nobody came.

    Raises:
        BookingFixedError: it is not booked, or has not begun.
        BookingUnknownError: there is none of this id.
    """
    queue_for_calendar(session)
    booking = find(session, booking_id)
    if booking.status == "no_show":
        return booking.appointment()
    if booking.status != "booked" or booking.starts_at > now:
        raise BookingFixedError("Only a booked consultation that has begun can be missed.")
    booking.status, booking.changed_at = "no_show", now
    session.flush()
    return booking.appointment()


def _require_future(slot: Slot, now: datetime) -> None:
    if slot.starts_at <= now:
        raise SlotRefusedError(Why.PAST)
