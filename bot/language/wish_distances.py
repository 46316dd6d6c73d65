"""Days so far from today: "in two weeks", "in three days", "within a month"."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bot.language.wish_atoms import SaidDays
from bot.language.wish_day_parts import IN_HOURS, in_hours

_COUNT = r"(?P<count>\d{1,4}|an?|(?:a )?couple(?: of)?|(?:a )?few)"
_AHEAD = re.compile(
    rf"\b(?:in (?:about |around |roughly )?{_COUNT} (?P<unit>day|week|fortnight|month|year)s?(?: time)?\b"
    rf"|{_COUNT.replace('count', 'count2')} (?P<unit2>day|week|fortnight|month|year)s?(?: time)? (?:from (?:now|today)|from this day))"
    r"(?! (?:of|after|before|ago|old|i've|since)\b)"
)
_WITHIN = re.compile(
    rf"\b(?:(?:(?:with)?in|over|during|for) the (?:next|coming)|within(?: the next)?|the next|next|coming)"
    rf" {_COUNT.replace('|an?', '|an?|')} ?(?P<unit>day|week|fortnight|month)s?\b"
)


def find_distances(text: str, now: datetime) -> Iterator[SaidDays]:
    """ "In two weeks" is the week from that day on, "in three days" the day, "within two weeks" all until then."""
    today = now.date()
    for m in _AHEAD.finditer(text):
        unit = m["unit"] or m["unit2"]
        first = _later(today, _number(m["count"] or m["count2"]), unit)
        last = None if first is None else _later(first, 0 if unit == "day" else 6, "day")
        yield SaidDays(m.start(), m.end(), options=((first, last),) if first and last else ())
    for m in IN_HOURS.finditer(text):
        day = in_hours(m, now).date()
        yield SaidDays(m.start(), m.start() + 3, options=((day, day),))
    for m in _WITHIN.finditer(text):
        last = _later(today, _number(m["count"]), m["unit"])
        yield SaidDays(m.start(), m.end(), options=((today, last),) if last else ())


def _number(words: str) -> int:
    if words.isdigit():
        return int(words)
    return 2 if "couple" in words else 3 if "few" in words else 1


def _later(day: date, count: int, unit: str) -> date | None:
    try:
        if unit in {"month", "year"}:
            months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
            year, month = months // 12, months % 12 + 1
            return date(year, month, min(day.day, monthrange(year, month)[1]))
        return day + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])
    except (OverflowError, ValueError):
        return None  # beyond the calendar
