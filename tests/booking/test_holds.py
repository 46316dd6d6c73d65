"""A chosen time is held for five minutes, and then booked once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.booking.appointment import Appointment
from bot.booking.availability import Why
from bot.booking.holds import confirm_hold, held_slot, hold_slot, release_hold
from bot.booking.models import Booking, Occupied
from bot.booking.offers import read_offers
from bot.booking.refusals import NothingHeldError, SlotRefusedError, SlotTakenError
from bot.booking.schedule import ClosedTime
from bot.booking.service import open_request, request_booking
from bot.database import Database
from tests.support.bookings import HERE, NOW, PERSON, THERE, booked, held, london, schedule, slot

TEN = slot(17, "10:00")
ELEVEN = slot(17, "11:00")
LATER = NOW + timedelta(minutes=5)


def confirmed(
    database: Database, conversation_id: str, inbound_id: str = "m2", **options: object
) -> Appointment:
    with database.transaction() as session:
        details = {**PERSON, "now": NOW, **options}
        return confirm_hold(session, schedule(), conversation_id, inbound_id, **details)


def steps(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(select(func.count()).select_from(Occupied)).scalar_one())


def test_held_time_is_refused_to_others(database: Database) -> None:
    held(database, HERE, TEN)
    with pytest.raises(SlotTakenError) as refused:
        held(database, THERE, TEN)
    assert refused.value.why is Why.TAKEN
    assert "choose another" in refused.value.message


def test_held_time_is_not_offered_to_others_and_is_to_its_holder(database: Database) -> None:
    held(database, HERE, TEN)
    with database.reading() as session:
        assert read_offers(session, schedule(), THERE, now=NOW).why_not(TEN.starts_at) is Why.TAKEN
        assert read_offers(session, schedule(), HERE, now=NOW).why_not(TEN.starts_at) is None
        assert read_offers(session, schedule(), THERE, now=LATER).why_not(TEN.starts_at) is None


def test_time_that_overlaps_a_held_one_is_refused(database: Database) -> None:
    half_past = {"step": timedelta(minutes=15)}
    held(database, HERE, TEN)
    for clock in ("09:45", "10:15"):
        with pytest.raises(SlotTakenError):
            held(database, THERE, slot(17, clock), **half_past)
    held(database, THERE, slot(17, "10:30"), **half_past)


def test_buffer_is_refused_as_well(database: Database) -> None:
    buffer = {"buffer": timedelta(minutes=15)}
    held(database, HERE, TEN, **buffer)
    for clock in ("09:30", "10:30"):
        with pytest.raises(SlotTakenError):
            held(database, THERE, slot(17, clock), **buffer)


def test_same_time_with_another_practitioner_is_free(database: Database) -> None:
    weeks = {name: schedule().weeks[""] for name in ("Example A", "Example B")}
    held(database, HERE, slot(17, "10:00", "Example A"), weeks=weeks)
    held(database, THERE, slot(17, "10:00", "Example B"), weeks=weeks)
    with pytest.raises(SlotTakenError):
        held(database, "e" * 32, slot(17, "10:00", "Example B"), weeks=weeks)


def test_new_hold_lets_the_old_one_go(database: Database) -> None:
    first = held(database, HERE, TEN)
    second = held(database, HERE, ELEVEN)
    assert (first.id, first.code) == (second.id, second.code)
    held(database, THERE, TEN)
    assert steps(database) == 12


def test_hold_may_be_changed_to_a_time_that_overlaps_it(database: Database) -> None:
    held(database, HERE, TEN)
    assert held(database, HERE, slot(17, "10:15"), step=timedelta(minutes=15)).starts_at == london(17, "10:15")
    assert steps(database) == 6


def test_refused_hold_keeps_what_was_held_before(database: Database) -> None:
    held(database, HERE, TEN)
    held(database, THERE, ELEVEN)
    with database.transaction() as session:
        with pytest.raises(SlotTakenError):
            hold_slot(session, schedule(), THERE, "m5", TEN, now=NOW)
        offered = read_offers(session, schedule(), THERE, now=NOW).nearest(TEN.starts_at, most=2)
    assert offered == [slot(17, "09:30"), slot(17, "10:30")]
    with database.reading() as session:
        kept = held_slot(session, THERE)
        assert kept is not None
        assert kept.starts_at == ELEVEN.starts_at
    assert steps(database) == 12


def test_first_hold_that_is_refused_leaves_nothing(database: Database) -> None:
    held(database, HERE, TEN)
    with database.transaction() as session:
        with pytest.raises(SlotTakenError):
            hold_slot(session, schedule(), THERE, "m5", TEN, now=NOW)
        assert held_slot(session, THERE) is None


def test_expired_hold_refuses_nobody(database: Database) -> None:
    held(database, HERE, TEN)
    with pytest.raises(SlotTakenError):
        held(database, THERE, TEN, now=LATER - timedelta(seconds=1))
    held(database, THERE, TEN, now=LATER)
    assert steps(database) == 6


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (slot(13, "10:00"), Why.PAST),
        (slot(16, "08:30"), Why.CLOSED),
        (slot(21, "10:00"), Why.CLOSED),
        (slot(17, "10:10"), Why.BETWEEN),
        (slot(17, "10:00", "Nobody"), Why.CLOSED),
    ],
)
def test_time_at_which_the_clinic_takes_nobody_is_refused(database: Database, wanted, why: Why) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SlotRefusedError) as refused:
        held(database, HERE, wanted)
    assert refused.value.why is why
    assert steps(database) == 0


def test_confirmed_hold_is_an_appointment(database: Database) -> None:
    held(database, HERE, TEN)
    appointment = confirmed(database, HERE, concern="acne scars", cautions=["pregnancy"])
    assert (appointment.status, appointment.sequence, appointment.conversation_id) == ("booked", 0, HERE)
    assert (appointment.starts_at, appointment.ends_at) == (TEN.starts_at, TEN.ends_at)
    assert (appointment.name, appointment.phone, appointment.email) == tuple(PERSON.values())
    assert (appointment.concern, list(appointment.cautions)) == ("acne scars", ["pregnancy"])
    with pytest.raises(SlotTakenError):
        held(database, THERE, TEN, now=NOW + timedelta(hours=3))


def test_repeated_turn_books_once(database: Database) -> None:
    held(database, HERE, TEN)
    assert confirmed(database, HERE) == confirmed(database, HERE, now=LATER)
    with database.transaction() as session:
        hold_slot(session, schedule(), HERE, "m2", TEN, now=NOW)
    with database.reading() as session:
        assert session.execute(select(func.count(Booking.id))).scalar_one() == 1


def test_conversation_may_book_two_times(database: Database) -> None:
    first, second = booked(database, HERE, TEN), booked(database, HERE, ELEVEN, inbound_id="m4")
    assert first.code != second.code
    assert steps(database) == 12


def test_yes_to_a_time_that_another_tab_has_changed_books_nothing(database: Database) -> None:
    held(database, HERE, TEN)
    held(database, HERE, ELEVEN)
    with pytest.raises(NothingHeldError):
        confirmed(database, HERE, seen=TEN)
    assert confirmed(database, HERE, seen=ELEVEN).starts_at == ELEVEN.starts_at


def test_nothing_held_is_nothing_booked(database: Database) -> None:
    with pytest.raises(NothingHeldError):
        confirmed(database, HERE)


def test_released_hold_is_free_and_cannot_be_confirmed(database: Database) -> None:
    held(database, HERE, TEN)
    with database.transaction() as session:
        release_hold(session, HERE)
    held(database, THERE, TEN)
    with pytest.raises(NothingHeldError):
        confirmed(database, HERE)


def test_expired_hold_that_nobody_took_is_still_booked(database: Database) -> None:
    held(database, HERE, TEN)
    held(database, THERE, ELEVEN, now=LATER)  # which frees what has expired
    assert confirmed(database, HERE, now=LATER + timedelta(minutes=10)).status == "booked"
    with pytest.raises(SlotTakenError):
        held(database, THERE, TEN, now=LATER)


def test_expired_hold_that_somebody_took_is_lost(database: Database) -> None:
    held(database, HERE, TEN)
    held(database, THERE, TEN, now=LATER)
    with pytest.raises(SlotTakenError):
        confirmed(database, HERE, now=LATER)
    assert held(database, HERE, ELEVEN, now=LATER).starts_at == ELEVEN.starts_at


def test_expired_hold_of_a_time_that_was_closed_since_is_refused(database: Database) -> None:
    held(database, HERE, TEN)
    closed = schedule(closed=[ClosedTime(london(17, "00:00"), london(18, "00:00"))])
    with pytest.raises(SlotRefusedError) as refused, database.transaction() as session:
        confirm_hold(session, closed, HERE, "m2", **PERSON, now=LATER)
    assert refused.value.why is Why.CLOSED


def test_request_lets_the_hold_go(database: Database) -> None:
    held(database, HERE, TEN)
    with database.transaction() as session:
        request_booking(session, HERE, "m1", **PERSON, concern="acne scars", wishes="any weekend")
    held(database, THERE, TEN)
    with database.reading() as session:
        request = open_request(session, HERE)
        assert request is not None
        assert (request.concern, request.wishes, request.starts_at) == ("acne scars", "any weekend", None)
