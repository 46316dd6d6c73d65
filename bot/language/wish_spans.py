"""Weeks, weekends and months that somebody wishes for: "this weekend", "end of next week", "in January"."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from bot.language.time_words import MONTH, MONTHS
from bot.language.wish_atoms import Days, SaidDays
from bot.language.wish_weekdays import monday_of

_WEEK = timedelta(days=7)
_WEEKEND = re.compile(
    r"\b(?:(?P<led>last|next|past|this|this coming|the|coming) )?(?P<weekend>weekend)\b(?P<skip> after next)?"
)
_WHEN = r"(?:(?P<when>start|beginning|early|middle|mid|late|later|latter half|end|rest|back end)(?: of)? ?(?:the )?)?"
_SPAN = re.compile(
    rf"\b{_WHEN}(?:in )?(?P<which>this|next|last|(?<=of )the|(?<=of the )|(?<=the )) ?(?P<span>week|month)\b"
    rf"(?P<skip> after next)?|\b(?P<skipped>(?:the )?(?P<unit>week|month) after next)\b"
    rf"|\b{_WHEN.replace('when', 'when2')}(?:(?P<lead>in|during|next|of|this|for|around|sometime|time|until|till) )?"
    rf"(?P<month>{MONTH})\b(?: (?P<year>\d{{4}})\b)?"
)
_NTH_WEEK = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2}
_WEEK_IN_MONTH = re.compile(
    rf"\b(?:the )?(?P<nth>first|1st|second|2nd|third|3rd|last) week (?:of|in) (?:(?P<month>{MONTH})\b|(?P<which>this|next|the) month\b)"
)
_WEEK_AFTER = re.compile(
    r"\b(?:the )?(?:week after(?:wards)?|following week)\b(?! next| this| that|[ ](?:my|the|our)\b)"
)


def find_spans(text: str, today: date, *, spoken_of: date) -> Iterator[SaidDays]:
    """Weeks, weekends and months in a plain text; "the week after" is reckoned from the day `spoken_of`."""
    yield from _weekends(text, today)
    yield from _spans(text, today)
    yield from _weeks_in_months(text, today)
    yield from _week_after(text, spoken_of)


def _weekends(text: str, today: date) -> Iterator[SaidDays]:
    saturday = monday_of(today) + timedelta(days=5)
    for m in _WEEKEND.finditer(text):
        first = [saturday]
        if m["skip"]:
            first = [saturday + 2 * _WEEK]
        elif m["led"] == "next":
            first = [saturday + _WEEK] if today >= saturday else [saturday + _WEEK, saturday]
        elif m["led"] in {"last", "past"}:
            first = [saturday - _WEEK]
        options = tuple((day, day + timedelta(days=1)) for day in first)
        yield SaidDays(m.start(), m.end(), options=options, is_past=m["led"] in {"last", "past"})


def _spans(text: str, today: date) -> Iterator[SaidDays]:
    """Weeks and months, and their beginning, middle or end."""
    for m in _SPAN.finditer(text):
        when = m["when"] or m["when2"] or ""
        if m["month"]:
            if not (when or m["lead"] or m["year"]):
                continue  # "april" may be a name, "may" a verb
            days = _named_month(m["month"], m["year"], today)
        else:
            steps = (
                2
                if m["skip"] or m["skipped"]
                else {"last": -1}.get(m["which"] or "", int(m["which"] == "next"))
            )
            days = _stretch(m["span"] or m["unit"], steps, today)
        is_past = m["which"] == "last"
        yield SaidDays(m.start(), m.end(), options=(_part_of(days, when, today),), is_past=is_past)


def _week_after(text: str, day: date) -> Iterator[SaidDays]:
    for m in _WEEK_AFTER.finditer(text):
        yield SaidDays(m.start(), m.end(), options=(_stretch("week", 1, day),))


def _weeks_in_months(text: str, today: date) -> Iterator[SaidDays]:
    """ "The first week of January": the first seven days of it."""
    for m in _WEEK_IN_MONTH.finditer(text):
        first, last = (
            _named_month(m["month"], None, today)
            if m["month"]
            else _stretch("month", int(m["which"] == "next"), today)
        )
        if m["nth"] == "last":
            days = (last - timedelta(days=6), last)
        else:
            begins = first + _WEEK * _NTH_WEEK[m["nth"]]
            days = (begins, begins + timedelta(days=6))
        yield SaidDays(m.start(), m.end(), options=(days,))


def _named_month(name: str, year: str | None, today: date) -> Days:
    number = MONTHS.index(name) + 1
    in_year = max(int(year), 1) if year else today.year + (number < today.month)
    return date(in_year, number, 1), date(in_year, number, monthrange(in_year, number)[1])


def _stretch(unit: str, steps: int, today: date) -> Days:
    if unit == "week":
        monday = monday_of(today) + steps * _WEEK
        return monday, monday + timedelta(days=6)
    count = today.year * 12 + today.month - 1 + steps
    year, month = count // 12, count % 12 + 1
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _part_of(days: Days, when: str, today: date) -> Days:
    """Of a week its beginning is Monday to Wednesday, its middle Tuesday to Thursday, its end Thursday to Sunday."""
    first, last = days
    length = (last - first).days + 1
    cuts = {7: ((0, 3), (1, 4), (3, 7))}.get(length, ((0, 10), (10, 20), (length - 10, length)))
    if when in {"rest", "later"} and first <= today <= last:
        return min(today + timedelta(days=when == "later"), last), last
    cut = (
        0
        if when in {"start", "beginning", "early"}
        else 1
        if when in {"middle", "mid"}
        else 2
        if when
        else None
    )
    if cut is None:
        return days
    low, high = cuts[cut]
    return first + timedelta(days=low), first + timedelta(days=high - 1)
