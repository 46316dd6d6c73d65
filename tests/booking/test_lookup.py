"""Who may see which booking, and what staff see of a day and a week."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.booking.changes import cancel_booking
from bot.booking.lookup import bookings_of_day, bookings_of_week, find_booking, own_bookings
from bot.booking.models import Booking
from bot.booking.refusals import BookingUnknownError
from bot.database import Database
from tests.support.bookings import HERE, NOW, THERE, booked, held, schedule, slot, span

TEN, ELEVEN = slot(17, "10:00"), slot(17, "11:00")


def test_own_bookings_are_those_to_come(database: Database) -> None:
    later, sooner = booked(database, HERE, ELEVEN), booked(database, HERE, TEN, inbound_id="m4")
    booked(database, THERE, slot(17, "12:00"))
    held(database, HERE, slot(17, "13:00"))
    with database.reading() as session:
        assert own_bookings(session, HERE, now=NOW) == [sooner, later]
        assert own_bookings(session, HERE, now=TEN.starts_at) == [later]
    with database.transaction() as session:
        cancel_booking(session, later.id, by="m9", now=NOW)
        assert own_bookings(session, HERE, now=NOW) == [sooner]


@pytest.mark.parametrize(
    "contact", ["+44 20 7946 0000", "020 7946 0000", "(020) 79460000", "ME@example.com", "me@EXAMPLE.com"]
)
def test_booking_is_found_by_code_and_contact_however_typed(database: Database, contact: str) -> None:
    appointment = booked(database, HERE, TEN)
    typed = f" {appointment.code[:4].lower()}-{appointment.code[4:]} "
    with database.reading() as session:
        assert find_booking(session, typed, contact, country="GB", now=NOW) == appointment


@pytest.mark.parametrize("contact", ["+44 20 7946 0001", "you@example.com", "Example O'Person", "", "0000"])
def test_wrong_contact_and_wrong_code_get_the_same_answer(database: Database, contact: str) -> None:
    code = booked(database, HERE, TEN).code
    said = set()
    for tried, given in ((code, contact), ("BBBBBBBB", "me@example.com"), ("", "me@example.com")):
        with pytest.raises(BookingUnknownError) as refused, database.reading() as session:
            find_booking(session, tried, given, country="GB", now=NOW)
        said.add(refused.value.message)
    assert len(said) == 1


def test_number_kept_before_the_country_was_set_is_found(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    with database.transaction() as session:
        session.get(Booking, appointment.id).phone = "02079460000"
    with database.reading() as session:
        found = find_booking(session, appointment.code, "+442079460000", country="GB", now=NOW)
    assert found.id == appointment.id


def test_booking_that_is_over_or_cancelled_is_not_found(database: Database) -> None:
    appointment = booked(database, HERE, TEN)
    with pytest.raises(BookingUnknownError), database.reading() as session:
        find_booking(session, appointment.code, "me@example.com", now=TEN.starts_at)
    with database.transaction() as session:
        cancel_booking(session, appointment.id, by="m9", now=NOW)
        with pytest.raises(BookingUnknownError):
            find_booking(session, appointment.code, "me@example.com", now=NOW)


def test_day_and_week_are_the_clinics(database: Database) -> None:
    """In Auckland the day begins eleven hours before UTC's."""
    auckland = schedule(span("00:00", "23:30"), days=range(7), zone="Pacific/Auckland")
    sunday, following = date(2026, 11, 22), date(2026, 11, 23)
    slots = [
        auckland.slot(auckland.day(sunday)[0]),
        auckland.slot(auckland.day(sunday)[1] - timedelta(hours=1)),
        auckland.slot(auckland.day(following)[0]),
    ]
    rules = {"weeks": auckland.weeks, "zone": "Pacific/Auckland"}
    first, last, monday = (booked(database, f"{n}" * 32, each, **rules) for n, each in enumerate(slots))
    held(database, "9" * 32, auckland.slot(slots[0].starts_at + timedelta(hours=1)), **rules)
    with database.reading() as session:
        assert bookings_of_day(session, auckland, sunday) == [first, last]
        assert bookings_of_week(session, auckland, sunday) == [first, last]
        assert bookings_of_week(session, auckland, following) == [monday]


def test_day_of_one_practitioner(database: Database) -> None:
    weeks = {name: schedule().weeks[""] for name in ("Example A", "Example B")}
    first = booked(database, HERE, slot(17, "10:00", "Example A"), weeks=weeks)
    second = booked(database, THERE, slot(17, "10:00", "Example B"), weeks=weeks)
    with database.reading() as session:
        assert bookings_of_day(session, schedule(), date(2026, 11, 17)) == [first, second]
        assert bookings_of_day(session, schedule(), date(2026, 11, 17), practitioner="Example B") == [second]
