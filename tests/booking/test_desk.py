"""What staff do: fix a time, move, note who did not come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.booking.appointment import Appointment
from bot.booking.availability import Why
from bot.booking.changes import cancel_booking
from bot.booking.desk import confirm_request, mark_no_show, move_for_visitor
from bot.booking.refusals import BookingFixedError, BookingUnknownError, SlotRefusedError, SlotTakenError
from bot.booking.schedule import Slot
from bot.booking.service import cancel_requests, open_requests, request_booking
from bot.database import Database
from tests.support.bookings import HERE, NOW, PERSON, THERE, booked, held, schedule, slot

TEN, EVENING = slot(17, "10:00"), slot(21, "19:10")
NO_HOURS = schedule(weeks={"": {}})


def requested(database: Database) -> int:
    with database.transaction() as session:
        request = request_booking(session, HERE, "m1", **PERSON, concern="acne scars", wishes="any weekend")
        session.flush()
        return int(request.id)


def confirmed(database: Database, booking_id: int, wanted: Slot) -> Appointment:
    with database.transaction() as session:
        return confirm_request(session, NO_HOURS, booking_id, wanted, now=NOW)


def test_request_gets_the_time_that_staff_choose(database: Database) -> None:
    appointment = confirmed(database, requested(database), EVENING)
    assert (appointment.status, appointment.sequence, appointment.concern) == ("booked", 0, "acne scars")
    assert (appointment.starts_at, appointment.ends_at) == (EVENING.starts_at, EVENING.ends_at)
    with database.reading() as session:
        assert open_requests(session) == []


def test_request_confirmed_twice_is_confirmed_once(database: Database) -> None:
    number = requested(database)
    assert confirmed(database, number, EVENING) == confirmed(database, number, EVENING)
    with pytest.raises(BookingFixedError):
        confirmed(database, number, TEN)


def test_request_does_not_get_a_time_that_somebody_has(database: Database) -> None:
    number = requested(database)
    held(database, THERE, TEN)
    with pytest.raises(SlotTakenError):
        confirmed(database, number, TEN)
    with database.reading() as session:
        assert [request.id for request in open_requests(session)] == [number]


def test_time_that_is_over_is_refused(database: Database) -> None:
    with pytest.raises(SlotRefusedError) as refused:
        confirmed(database, requested(database), slot(13, "10:00"))
    assert refused.value.why is Why.PAST


def test_cancelled_request_is_not_confirmed(database: Database) -> None:
    number = requested(database)
    with database.transaction() as session:
        cancel_requests(session, HERE, "m9")
    with pytest.raises(BookingFixedError):
        confirmed(database, number, TEN)


def test_staff_move_a_consultation_outside_the_hours(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    with database.transaction() as session:
        moved = move_for_visitor(session, schedule(), appointment.id, EVENING, now=NOW)
        assert move_for_visitor(session, schedule(), appointment.id, EVENING, now=NOW) == moved
    assert (moved.starts_at, moved.sequence) == (EVENING.starts_at, 1)
    held(database, THERE, TEN)


def test_who_did_not_come_is_noted_once_it_has_begun(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    with pytest.raises(BookingFixedError), database.transaction() as session:
        mark_no_show(session, appointment.id, now=TEN.starts_at - timedelta(minutes=1))
    with database.transaction() as session:
        missed = mark_no_show(session, appointment.id, now=TEN.ends_at)
        assert mark_no_show(session, appointment.id, now=TEN.ends_at) == missed
    assert (missed.status, missed.sequence) == ("no_show", 0)


def test_cancelled_consultation_is_not_missed(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    with database.transaction() as session:
        cancel_booking(session, appointment.id, by="m9", now=NOW)
    with pytest.raises(BookingFixedError), database.transaction() as session:
        mark_no_show(session, appointment.id, now=TEN.ends_at)


def test_booking_that_does_not_exist_is_unknown(database: Database) -> None:
    with pytest.raises(BookingUnknownError):
        confirmed(database, 12345, TEN)
    with pytest.raises(BookingUnknownError), database.transaction() as session:
        mark_no_show(session, 12345, now=NOW)
