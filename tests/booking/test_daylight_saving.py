"""On the two days on which the clock jumps: no time that does not exist, none twice, and real minutes."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.booking.availability import Why, free_slots, why_not
from bot.booking.schedule import Schedule, Slot
from tests.support.bookings import schedule, span

NIGHT = span("00:00", "04:00")
EVERY_DAY = range(7)


def night(zone: str, **rules: Any) -> Schedule:
    return schedule(NIGHT, days=EVERY_DAY, zone=zone, notice=timedelta(0), **rules)


def slots_on(schedule: Schedule, day: date) -> list[Slot]:
    since, until = schedule.day(day)
    return list(free_slots(schedule, frozenset(), now=since - timedelta(days=1), since=since, until=until))


def clocks(schedule: Schedule, slots: list[Slot]) -> list[str]:
    return [schedule.local(slot.starts_at).strftime("%H:%M") for slot in slots]


SKIPPED = [("Europe/London", date(2026, 3, 29), "01"), ("America/New_York", date(2026, 3, 8), "02")]
TWICE = [("Europe/London", date(2026, 10, 25), "01"), ("America/New_York", date(2026, 11, 1), "01")]
USUAL = ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]


@pytest.mark.parametrize(("zone", "day", "hour"), SKIPPED)
def test_hour_that_the_day_skips_is_not_offered(zone: str, day: date, hour: str) -> None:
    expected = [clock for clock in USUAL if not clock.startswith(hour)]
    assert clocks(night(zone), slots_on(night(zone), day)) == expected


@pytest.mark.parametrize(("zone", "day", "hour"), TWICE)
def test_hour_that_the_day_has_twice_is_offered_once(zone: str, day: date, hour: str) -> None:
    slots = slots_on(night(zone), day)
    assert clocks(night(zone), slots) == USUAL
    (first,) = [slot for slot in slots if night(zone).local(slot.starts_at).strftime("%H:%M") == f"{hour}:30"]
    assert night(zone).local(first.starts_at).fold == 0
    again = first.starts_at + timedelta(hours=1)
    assert why_not(night(zone), frozenset(), again, now=first.starts_at) is Why.BETWEEN


@pytest.mark.parametrize(
    ("zone", "day", "begins", "ends"),
    [
        ("Europe/London", date(2026, 3, 29), "00:30", "03:00"),
        ("America/New_York", date(2026, 3, 8), "01:30", "04:00"),
        ("Europe/London", date(2026, 10, 25), "00:30", "01:00"),
        ("America/New_York", date(2026, 11, 1), "00:30", "01:00"),
        ("Asia/Kolkata", date(2026, 3, 29), "00:30", "02:00"),
    ],
)
def test_consultation_lasts_its_real_minutes(zone: str, day: date, begins: str, ends: str) -> None:
    long = night(zone, length=timedelta(minutes=90))
    slots = slots_on(long, day)
    (across,) = [slot for slot in slots if clocks(long, [slot]) == [begins]]
    assert across.ends_at - across.starts_at == timedelta(minutes=90)
    assert long.local(across.ends_at).strftime("%H:%M") == ends
    assert len(long.steps(across)) == 18


@pytest.mark.parametrize(("zone", "day", "hour"), SKIPPED)
def test_hour_that_the_day_skips_is_no_opening_time(zone: str, day: date, hour: str) -> None:
    """Opening, or closing, at half past an hour that is not there."""
    opens = schedule(span(f"{hour}:30", "04:00"), days=EVERY_DAY, zone=zone, notice=timedelta(0))
    closes = schedule(span("00:00", f"{hour}:30"), days=EVERY_DAY, zone=zone, notice=timedelta(0))
    after = f"{int(hour) + 1:02}"
    assert clocks(opens, slots_on(opens, day)) == [clock for clock in USUAL if clock >= after]
    assert all(closes.local(slot.ends_at).strftime("%H:%M") <= f"{hour}:30" for slot in slots_on(closes, day))


def test_opening_hours_by_day_move_with_the_clock() -> None:
    day = schedule(days=EVERY_DAY, notice=timedelta(0))
    before, after = slots_on(day, date(2026, 3, 28)), slots_on(day, date(2026, 3, 29))
    assert clocks(day, before) == clocks(day, after)
    assert after[0].starts_at - before[0].starts_at == timedelta(hours=23)


def test_half_hour_zone_is_exact() -> None:
    kolkata = schedule(span("09:00", "10:00"), days=EVERY_DAY, zone="Asia/Kolkata", notice=timedelta(0))
    first, second = slots_on(kolkata, date(2026, 3, 29))
    assert first.starts_at == datetime(2026, 3, 29, 3, 30, tzinfo=timezone.utc)
    assert second.starts_at == datetime(2026, 3, 29, 4, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [(*SKIPPED[0][:2], 23), (*TWICE[0][:2], 25), ("Africa/Cairo", date(2026, 4, 24), 23)],
)
def test_day_is_as_long_as_the_clock_makes_it(zone: str, day: date, hours: int) -> None:
    first, following = schedule(zone=zone).day(day)
    assert following - first == timedelta(hours=hours)
    assert first.astimezone(ZoneInfo(zone)).date() == day
