"""The day before, once for each time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from bot.booking.appointment import Appointment
from bot.booking.changes import cancel_booking, move_booking
from bot.booking.reminders import due_reminders
from bot.booking.schedule import Schedule
from bot.database import Database
from tests.support.bookings import HERE, NOW, THERE, booked, held, schedule, slot


def due(database: Database, now: datetime = NOW, rules: Schedule | None = None) -> list[Appointment]:
    with database.transaction() as session:
        return due_reminders(session, rules or schedule(), now=now)


def test_tomorrows_consultations_are_due_once(database: Database) -> None:
    booked(database, HERE, slot(18, "10:00"))
    later, sooner = (
        booked(database, HERE, slot(17, "16:30"), inbound_id="m4"),
        booked(database, THERE, slot(17, "09:00")),
    )
    assert due(database) == [sooner, later]
    assert due(database) == []


def test_reminder_that_was_not_committed_is_due_again(database: Database) -> None:
    appointment = booked(database, HERE, slot(17, "10:00"))
    with database.transaction() as session:
        assert due_reminders(session, schedule(), now=NOW) == [appointment]
        session.rollback()
    assert due(database) == [appointment]


def test_moved_consultation_is_due_again(database: Database) -> None:
    appointment = booked(database, HERE, slot(17, "10:00"))
    due(database)
    with database.transaction() as session:
        moved = move_booking(session, schedule(), appointment.id, slot(17, "11:00"), now=NOW)
    assert due(database) == [moved]


def test_cancelled_and_held_ones_are_not_due(database: Database) -> None:
    appointment = booked(database, HERE, slot(17, "10:00"))
    held(database, THERE, slot(17, "11:00"))
    with database.transaction() as session:
        cancel_booking(session, appointment.id, by="m9", now=NOW)
    assert due(database) == []


def test_tomorrow_begins_at_the_clinics_midnight(database: Database) -> None:
    """At 11 in the evening of UTC it is tomorrow in Auckland already."""
    appointment = booked(database, HERE, slot(18, "09:00"))  # the same evening in Auckland
    late = datetime(2026, 11, 16, 12, tzinfo=timezone.utc)
    assert due(database, late - timedelta(hours=2), schedule(zone="Pacific/Auckland")) == []
    assert due(database, late, schedule(zone="Pacific/Auckland")) == [appointment]
