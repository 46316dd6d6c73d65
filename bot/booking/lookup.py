"""Finding bookings: a conversation's own, one by its code and contact, and the days and weeks of staff."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.sql import Select

from bot.booking.appointment import Appointment
from bot.booking.codes import read_code
from bot.booking.models import Booking
from bot.booking.refusals import BookingUnknownError
from bot.booking.schedule import DAY, Schedule
from bot.language.contact_details import ContactDetails, find_contact


def own_bookings(session: Session, conversation_id: str, *, now: datetime) -> list[Appointment]:
    """What the conversation has booked and has still before it, soonest first."""
    query = (
        select(Booking)
        .where(Booking.conversation_id == conversation_id, Booking.status == "booked", Booking.starts_at > now)
        .order_by(Booking.starts_at)
    )
    return _appointments(session, query)


def booking_of(session: Session, booking_id: int, *, now: datetime) -> Appointment | None:
    """The coming consultation of this id; None where there is none any more."""
    query = select(Booking).where(Booking.id == booking_id, Booking.status == "booked", Booking.starts_at > now)
    return next(iter(_appointments(session, query)), None)


def cancelled_by(session: Session, message_id: str) -> list[Appointment]:
    """The consultations that this inbound message cancelled: its turn is being repeated."""
    query = select(Booking).where(Booking.cancelled_by == message_id, Booking.starts_at.is_not(None))
    return _appointments(session, query)


def booking_id_with(session: Session, code: str) -> int:
    """The id of the booking of this code, whatever has become of it.

    Raises:
        BookingUnknownError: there is none.
    """
    found = session.execute(select(Booking.id).where(Booking.code == read_code(code))).scalar_one_or_none()
    if found is None:
        raise BookingUnknownError
    return int(found)


def appointment_with(session: Session, booking_id: int, code: str) -> Appointment | None:
    """The consultation of this id and code as it stands, also one that is cancelled or over; None where it has no time."""
    query = select(Booking).where(
        Booking.id == booking_id, Booking.code == code, Booking.starts_at.is_not(None)
    )
    return next(iter(_appointments(session, query)), None)


def appointments_between(session: Session, since: datetime, until: datetime) -> list[Appointment]:
    """Every consultation that was booked, cancelled ones too, that ends after `since` and begins before `until`, in order."""
    query = (
        select(Booking)
        .where(Booking.status.in_(("booked", "cancelled", "no_show")), Booking.starts_at.is_not(None))
        .where(Booking.ends_at > since, Booking.starts_at < until)
        .order_by(Booking.starts_at, Booking.id)
    )
    return _appointments(session, query)


def find_booking(session: Session, code: str, contact: str, *, country: str = "", now: datetime) -> Appointment:
    """The coming consultation of this code, for who knows the contact detail it was booked with, too. The caller limits how
    often somebody may try.

    Args:
        code: as typed: "k7xm 2qrp" and "K7XM-2QRP" are the same.
        contact: as typed: a phone number or an e-mail address.
        country: two letters, by which a number without a country code is read.

    Raises:
        BookingUnknownError: code or contact is wrong, or the consultation is over or cancelled; it says not which.
    """
    query = select(Booking).where(
        Booking.code == read_code(code), Booking.status == "booked", Booking.starts_at > now
    )
    booking = session.execute(query).scalar_one_or_none()
    given = find_contact(contact, country=country)
    if booking is None or given is None or not _is_contact_of(booking, given, country):
        raise BookingUnknownError
    return booking.appointment()  # type: ignore[no-any-return]


def bookings_of_day(
    session: Session, schedule: Schedule, day: date, *, practitioner: str | None = None
) -> list[Appointment]:
    """The consultations of a day of the clinic's, in order, with those to which nobody came; None: of every practitioner."""
    return _bookings_between(session, schedule.day(day), practitioner)


def bookings_of_week(
    session: Session, schedule: Schedule, day: date, *, practitioner: str | None = None
) -> list[Appointment]:
    """The consultations of the week, Monday to Sunday, in which the day lies."""
    monday = day - DAY * day.weekday()
    span = schedule.day(monday)[0], schedule.day(monday + 6 * DAY)[1]
    return _bookings_between(session, span, practitioner)


def _bookings_between(
    session: Session, span: tuple[datetime, datetime], practitioner: str | None
) -> list[Appointment]:
    query = select(Booking).where(
        Booking.status.in_(("booked", "no_show")), Booking.starts_at >= span[0], Booking.starts_at < span[1]
    )
    if practitioner is not None:
        query = query.where(Booking.practitioner == practitioner)
    return _appointments(session, query.order_by(Booking.starts_at, Booking.practitioner))


def _appointments(session: Session, query: Select) -> list[Appointment]:
    return [booking.appointment() for booking in session.execute(query).scalars()]


def _is_contact_of(booking: Booking, given: ContactDetails, country: str) -> bool:
    """A number kept before the clinic's country was set is read once more."""
    same_email = given.email and booking.email and given.email.casefold() == booking.email.casefold()
    stored = find_contact(booking.phone, country=country) if booking.phone else None
    return bool(same_email or (given.phone and stored and given.phone == stored.phone))
