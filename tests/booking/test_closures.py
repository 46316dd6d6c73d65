"""Staff close the clinic, or one calendar, for a time in which nobody is booked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.booking.availability import Why
from bot.booking.changes import cancel_booking
from bot.booking.closures import add_closure, closures, load_schedule, remove_closure
from bot.booking.offers import read_offers
from bot.booking.refusals import ClosureError, SlotRefusedError
from bot.clinic_hours import BookingRules
from bot.database import Database
from bot.settings import PROJECT_DIR, Clinic, load_clinic
from tests.support.bookings import HERE, NOW, THERE, booked, held, london, schedule, slot

TEN = slot(17, "10:00")
TUESDAY = london(17, "00:00"), london(18, "00:00")


def clinic(**changes: object) -> Clinic:
    """The shipped clinic with example hours."""
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday")
    hours = {day: ["09:00-17:00"] for day in weekdays}
    shipped = load_clinic(PROJECT_DIR / "clinic.toml")
    return shipped.copy(update={"time_zone": "Europe/London", "opening_hours": hours, **changes})


def close(database: Database, **options: object) -> int:
    with database.transaction() as session:
        return int(add_closure(session, *TUESDAY, **{"now": NOW, **options}).id)


def why_not(database: Database, clinic: Clinic, day: int = 17, whose: str | None = None) -> Why | None:
    with database.reading() as session:
        rules = load_schedule(session, clinic, now=NOW)
        offers = read_offers(session, rules, HERE, now=NOW, practitioner=whose)
        return offers.why_not(london(day, "10:00"))


def test_closed_time_is_not_offered_until_the_closure_is_removed(database: Database) -> None:
    tomorrow = clinic(booking=BookingRules(notice_hours=1))
    number = close(database, reason="Training")
    assert why_not(database, tomorrow) is Why.CLOSED
    assert why_not(database, tomorrow, day=18) is None
    with database.transaction() as session:
        assert [closure.reason for closure in closures(session, now=NOW)] == ["Training"]
        remove_closure(session, number)
    assert why_not(database, tomorrow) is None


def test_closure_counts_for_who_read_the_hours_before_it(database: Database) -> None:
    close(database)
    with pytest.raises(SlotRefusedError) as refused:
        held(database, HERE, TEN)  # by a schedule without it
    assert refused.value.why is Why.CLOSED


def test_one_calendar_is_closed_and_the_other_open(database: Database) -> None:
    two = clinic(practitioners=["Example A", "Example B"])
    close(database, practitioner="Example A")
    assert why_not(database, two, whose="Example A") is Why.CLOSED
    assert why_not(database, two, whose="Example B") is None


def test_days_closed_in_the_clinics_file_are_whole_days_of_the_clinic(database: Database) -> None:
    rules = BookingRules(closures=["2026-11-17", "2026-11-19..2026-11-20"], notice_hours=0)
    days = [why_not(database, clinic(booking=rules), day=day) for day in (17, 18, 19, 20, 23)]
    assert days == [Why.CLOSED, None, Why.CLOSED, Why.CLOSED, None]


def test_practitioner_has_hours_of_their_own(database: Database) -> None:
    rules = BookingRules(practitioner_hours={"Example B": {"saturday": ["10:00-12:00"]}})
    two = clinic(practitioners=["Example A", "Example B"], booking=rules)
    assert why_not(database, two, day=21, whose="Example A") is Why.CLOSED
    assert why_not(database, two, day=21, whose="Example B") is None
    assert why_not(database, two, day=17, whose="Example B") is Why.CLOSED


def test_closure_over_consultations_says_how_many(database: Database) -> None:
    first = booked(database, HERE, TEN)
    with pytest.raises(ClosureError, match="^1 consultation lies in that time"):
        close(database)
    held(database, THERE, slot(17, "11:00"))
    with pytest.raises(ClosureError, match="^2 consultations lie in that time"):
        close(database)
    with database.transaction() as session:
        cancel_booking(session, first.id, by="staff", now=NOW)
    assert close(database, now=NOW + timedelta(minutes=5))  # when the hold has expired


def test_closure_beside_consultations_is_no_trouble(database: Database) -> None:
    weeks = {name: schedule().weeks[""] for name in ("Example A", "Example B")}
    booked(database, HERE, slot(17, "10:00", "Example A"), weeks=weeks)
    close(database, practitioner="Example B")
    with database.transaction() as session:
        add_closure(session, london(17, "10:30"), london(17, "12:00"), now=NOW)


def test_closure_that_ends_before_it_begins_is_refused(database: Database) -> None:
    with pytest.raises(ClosureError, match="ends before"), database.transaction() as session:
        add_closure(session, *reversed(TUESDAY), now=NOW)


def test_closure_that_is_gone_cannot_be_removed(database: Database) -> None:
    with pytest.raises(ClosureError, match="no such closure"), database.transaction() as session:
        remove_closure(session, 12345)


def test_shipped_clinic_takes_no_bookings(database: Database) -> None:
    with database.reading() as session:
        assert not load_schedule(session, load_clinic(PROJECT_DIR / "clinic.toml"), now=NOW).takes_bookings
        assert load_schedule(session, clinic(), now=NOW).takes_bookings
