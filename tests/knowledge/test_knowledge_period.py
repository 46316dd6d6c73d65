from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.knowledge.period import Period, parse_period

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("words", "hours", "days"),
    [
        ("24 hours", 24, 0),
        ("1 hour", 1, 0),
        ("a day", 0, 1),
        ("three days", 0, 3),
        ("a week", 0, 7),
        ("2 weeks", 0, 14),
    ],
)
def test_length_of_time_is_read_as_it_is_said(words: str, hours: int, days: int) -> None:
    assert parse_period(words) == Period(words, hours=hours, days=days)


@pytest.mark.parametrize(
    "words", ["", "soon", "24", "a few hours", "0 days", "-1 days", "2 months", "24  hours", "a week."]
)
def test_anything_else_is_refused_with_what_to_write(words: str) -> None:
    with pytest.raises(ValueError, match="such as '24 hours' or 'a week'"):
        parse_period(words)


def test_hours_are_counted_and_days_keep_their_hour_when_the_clocks_change() -> None:
    before = datetime(2026, 10, 24, 15, 0, tzinfo=LONDON)
    assert parse_period("24 hours").after(before) == datetime(2026, 10, 25, 14, 0, tzinfo=LONDON)
    assert parse_period("a day").after(before) == datetime(2026, 10, 25, 15, 0, tzinfo=LONDON)
