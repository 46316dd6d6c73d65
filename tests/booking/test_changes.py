"""Moving and cancelling: one sequence number each, and no moment in which a time is nobody's or two people's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.booking.appointment import Appointment
from bot.booking.availability import Why
from bot.booking.changes import cancel_booking, move_booking
from bot.booking.holds import held_slot
from bot.booking.models import Booking, Occupied
from bot.booking.refusals import BookingFixedError, BookingUnknownError, SlotRefusedError, SlotTakenError
from bot.booking.schedule import Slot
from bot.booking.service import cancel_requests, erase_bookings
from bot.database import Database
from tests.support.bookings import HERE, NOW, PERSON, THERE, booked, held, schedule, slot

TEN, ELEVEN = slot(17, "10:00"), slot(17, "11:00")
SOON = NOW + timedelta(minutes=1)


def moved(database: Database, booking_id: int, wanted: Slot, **options: object) -> Appointment:
    with database.transaction() as session:
        return move_booking(session, schedule(), booking_id, wanted, **{"now": SOON, **options})


def cancelled(database: Database, booking_id: int, by: str = "m9", **options: object) -> Appointment:
    with database.transaction() as session:
        return cancel_booking(session, booking_id, by=by, **{"now": SOON, **options})


def occupied(database: Database) -> list[Slot]:
    """When what is occupied begins and how many steps it has."""
    with database.reading() as session:
        return list(session.execute(select(Occupied.at).order_by(Occupied.at)).scalars())


def test_moved_consultation_frees_its_old_time(database: Database) -> None:
    before = booked(database, HERE, TEN)
    after = moved(database, before.id, ELEVEN)
    assert (after.id, after.code, after.status, after.name) == (
        before.id,
        before.code,
        "booked",
        PERSON["name"],
    )
    assert (after.starts_at, after.sequence, after.changed_at) == (ELEVEN.starts_at, 1, SOON)
    held(database, THERE, TEN)
    with pytest.raises(SlotTakenError):
        held(database, THERE, ELEVEN)


def test_move_said_twice_is_one(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    assert moved(database, appointment.id, ELEVEN) == moved(database, appointment.id, ELEVEN, now=NOW)
    assert moved(database, appointment.id, TEN).sequence == 2


def test_move_onto_a_taken_time_leaves_everything_as_it_was(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    booked(database, THERE, ELEVEN)
    held(database, HERE, slot(17, "12:00"))
    before = occupied(database)
    with database.transaction() as session, pytest.raises(SlotTakenError):
        move_booking(session, schedule(), appointment.id, ELEVEN, now=SOON, held_by=HERE)
    assert occupied(database) == before
    with database.reading() as session:
        row = session.get(Booking, appointment.id)
        assert (row.starts_at, row.sequence) == (TEN.starts_at, 0)
        assert held_slot(session, HERE) is not None


def test_move_may_overlap_the_time_before(database: Database) -> None:
    often = schedule(step=timedelta(minutes=15))
    appointment = booked(database, HERE, TEN)
    with database.transaction() as session:
        move_booking(session, often, appointment.id, slot(17, "10:15"), now=SOON)
    assert [at.minute for at in occupied(database)] == [15, 20, 25, 30, 35, 40]


def test_move_takes_over_what_the_mover_holds(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    held(database, THERE, ELEVEN)
    assert moved(database, appointment.id, ELEVEN, held_by=THERE).starts_at == ELEVEN.starts_at
    assert len(occupied(database)) == 6


def test_move_to_a_closed_time_is_refused(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    with pytest.raises(SlotRefusedError) as refused:
        moved(database, appointment.id, slot(21, "10:00"))
    assert refused.value.why is Why.CLOSED


def test_moved_consultation_is_reminded_of_anew(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    with database.transaction() as session:
        session.get(Booking, appointment.id).reminded_at = NOW
    moved(database, appointment.id, ELEVEN)
    with database.reading() as session:
        assert session.get(Booking, appointment.id).reminded_at is None


def test_cancelled_consultation_frees_its_time_and_counts_one(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    gone = cancelled(database, appointment.id)
    assert (gone.status, gone.sequence, gone.starts_at) == ("cancelled", 1, TEN.starts_at)
    assert occupied(database) == []
    held(database, THERE, TEN)


def test_cancellation_said_twice_is_one(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    assert cancelled(database, appointment.id) == cancelled(database, appointment.id, now=NOW)


def test_consultation_that_has_begun_is_neither_moved_nor_cancelled(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    with pytest.raises(BookingFixedError, match="has begun"):
        moved(database, appointment.id, ELEVEN, now=TEN.starts_at)
    with pytest.raises(BookingFixedError, match="has begun"):
        cancelled(database, appointment.id, now=TEN.starts_at)


def test_cancelled_or_held_consultation_is_not_moved(database: Database) -> None:
    gone, holding = booked(database, HERE, TEN), held(database, THERE, ELEVEN)
    cancelled(database, gone.id)
    for booking_id in (gone.id, holding.id):
        with pytest.raises(BookingFixedError, match="not booked"):
            moved(database, booking_id, slot(17, "12:00"))


def test_booking_that_does_not_exist_is_unknown(database: Database) -> None:
    with pytest.raises(BookingUnknownError):
        moved(database, 12345, ELEVEN)
    with pytest.raises(BookingUnknownError):
        cancelled(database, 12345)


def test_cancelling_requests_leaves_bookings(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    cancelled(database, booked(database, HERE, ELEVEN, inbound_id="m4").id)
    with database.transaction() as session:
        assert cancel_requests(session, HERE, "m9") == 0
        assert session.get(Booking, appointment.id).status == "booked"


def test_erased_conversation_frees_its_times(database: Database) -> None:
    booked(database, HERE, TEN)
    held(database, HERE, ELEVEN)
    booked(database, THERE, slot(17, "12:00"))
    with database.transaction() as session:
        erase_bookings(session, HERE)
    with database.reading() as session:
        assert session.execute(select(func.count(Booking.id))).scalar_one() == 1
    assert [at.minute for at in occupied(database)] == [0, 5, 10, 15, 20, 25]
