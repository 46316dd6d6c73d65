"""Open now, and when next: in the clinic's own time, also where clocks are put forward or back."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from bot.conversations.opening_hours import Opening, opening_at

LONDON = ZoneInfo("Europe/London")
HOURS = {"monday": ["14:00-18:00", "09:00-13:00"], "wednesday": ["09:00-17:00"], "sunday": []}


def at(text: str, zone: ZoneInfo = LONDON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def opening(moment: datetime, **options: object) -> Opening | None:
    return opening_at(moment, **{"hours": HOURS, "zone": LONDON, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-01-05 08:59", "2026-01-05 09:00"),  # a Monday
        ("2026-01-05 13:00", "2026-01-05 14:00"),
        ("2026-01-05 18:00", "2026-01-07 09:00"),
        ("2026-01-07 23:59", "2026-01-12 09:00"),
        ("2026-01-04 12:00", "2026-01-05 09:00"),
    ],
)
def test_closed_clinic_says_when_it_opens_next(now: str, opens: str) -> None:
    assert opening(at(now)) == Opening(False, at(opens))


@pytest.mark.parametrize(
    "now", ["2026-01-05 09:00", "2026-01-05 12:59:59", "2026-01-05 14:00", "2026-01-07 16:59"]
)
def test_open_clinic_is_open_up_to_the_end_of_its_span(now: str) -> None:
    assert opening(at(now)) == Opening(True, at(now))


def test_moment_of_another_zone_is_read_in_the_clinics() -> None:
    assert opening(at("2026-01-05 14:30", ZoneInfo("Asia/Kolkata"))) == Opening(True, at("2026-01-05 09:00"))
    later = opening(at("2026-01-05 14:29", ZoneInfo("Asia/Kolkata")))
    assert later is not None
    assert (later.is_open, f"{later.opens_at:%A %H:%M}") == (False, "Monday 09:00")


@pytest.mark.parametrize("hours", [{}, {"monday": []}])
def test_clinic_without_hours_promises_nothing(hours: dict[str, list[str]]) -> None:
    assert opening(at("2026-01-05 09:00"), hours=hours) is None


def test_day_on_which_it_is_closed_is_passed_over() -> None:
    closed_on = {date(2026, 1, 5), date(2026, 1, 7)}
    assert opening(at("2026-01-05 10:00"), closed_on=closed_on) == Opening(False, at("2026-01-12 09:00"))


def test_clinic_that_is_closed_for_good_promises_nothing() -> None:
    closed_on = {date(2026, 1, 5) + timedelta(days=n) for n in range(500)}
    assert opening(at("2026-01-05 10:00"), closed_on=closed_on) is None


def test_clocks_put_forward_move_the_opening_in_utc() -> None:
    """On 29 March 2026 at 01:00 London's clocks go to 02:00."""
    hours = {"sunday": ["09:00-10:00"]}
    utc = datetime(2026, 3, 29, 8, 0, tzinfo=timezone.utc)
    assert opening(utc - timedelta(seconds=1), hours=hours) == Opening(False, utc)
    assert opening(utc, hours=hours) == Opening(True, utc)
    assert opening(utc + timedelta(hours=1), hours=hours) != Opening(True, utc + timedelta(hours=1))


def test_hour_that_the_clocks_skip_is_the_one_after() -> None:
    skipped = opening(at("2026-03-29 00:30"), hours={"sunday": ["01:30-03:00"]})
    assert skipped is not None
    assert f"{skipped.opens_at:%H:%M %z}" == "02:30 +0100"


def test_hour_that_comes_twice_counts_once_and_to_its_end() -> None:
    """On 25 October 2026 at 02:00 London's clocks go back to 01:00."""
    hours = {"sunday": ["00:30-02:30"]}
    second_time = datetime(2026, 10, 25, 1, 30, tzinfo=timezone.utc)
    now = opening(second_time, hours=hours)
    assert now is not None
    assert now.is_open
    assert opening(datetime(2026, 10, 25, 2, 30, tzinfo=timezone.utc), hours=hours) != now
