"""An example clinic's calendar, and short ways to fill it. Its Mondays to Fridays are open from nine to five in London."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from bot.booking.appointment import Appointment
from bot.booking.holds import confirm_hold, hold_slot
from bot.booking.schedule import Schedule, Slot, Span
from bot.database import Database

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 16, 8, 0, tzinfo=timezone.utc)  # a Monday
HERE, THERE = "c" * 32, "d" * 32
PERSON: dict[str, Any] = {"name": "Example O'Person", "phone": "+442079460000", "email": "me@example.com"}


def span(opens: str, closes: str) -> Span:
    """Opening hours such as "09:00", "17:00"."""
    first, last = (time.fromisoformat(clock) for clock in (opens, closes))
    return timedelta(hours=first.hour, minutes=first.minute), timedelta(hours=last.hour, minutes=last.minute)


def schedule(*spans: Span, days: range = range(5), zone: str = "Europe/London", **rules: Any) -> Schedule:
    """Half an hour each, every half hour, on an hour's notice, for four weeks; `rules` are other fields."""
    week = {day: spans or (span("09:00", "17:00"),) for day in days}
    usual: dict[str, Any] = {
        "weeks": {"": week},
        "length": timedelta(minutes=30),
        "buffer": timedelta(0),
        "notice": timedelta(hours=1),
        "horizon_days": 28,
        "step": timedelta(minutes=30),
    }
    return Schedule(zone=ZoneInfo(zone), **{**usual, **rules})


def london(day: int, clock: str, month: int = 11, year: int = 2026) -> datetime:
    """A moment by London's clock."""
    return datetime.combine(datetime(year, month, day).date(), time.fromisoformat(clock), LONDON)


def slot(day: int, clock: str, practitioner: str = "") -> Slot:
    """A slot of the example schedule, in November 2026."""
    return schedule().slot(london(day, clock), practitioner)


def held(
    database: Database, conversation_id: str, wanted: Slot, *, now: datetime = NOW, **rules: Any
) -> Appointment:
    """Hold it, as the message m1."""
    with database.transaction() as session:
        return hold_slot(session, schedule(**rules), conversation_id, "m1", wanted, now=now)


def booked(
    database: Database, conversation_id: str, wanted: Slot, *, inbound_id: str = "m2", **rules: Any
) -> Appointment:
    """Hold it and book it."""
    with database.transaction() as session:
        hold_slot(session, schedule(**rules), conversation_id, inbound_id, wanted, now=NOW)
        return confirm_hold(session, schedule(**rules), conversation_id, inbound_id, **PERSON, now=NOW)
