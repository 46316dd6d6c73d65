"""Dates written out: "24/11", "Dec 3", "3rd of December 2026", "2026-12-03", "the 3rd".

They are read by the library dateparser, which is imported with the first date (half a second). What it would guess is told
to it: the century, the order of an ISO date, and that a date just past is not meant for next year.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from bot.language.time_words import MONTH, WEEKDAY, WEEKDAYS
from bot.language.wish_atoms import FOLLOWS, Days, SaidDays

_JUST_PAST = timedelta(days=45)
_ORDINAL = r"(?:st|nd|rd|th)"
_NAMED = re.compile(
    rf"\b(?:(?P<weekday>{WEEKDAY}),? )?(?:the )?(?P<day>\d{{1,2}}){_ORDINAL}?[ -]?(?:of )?(?P<month>{MONTH})\b"
    rf"(?:,?[ -](?P<year>\d{{4}}|\d\d(?= ?(?:$|[,.!?]| at\b))))?(?![\d/]| (?:street|st|road|rd|avenue|ave|lane|close|court|drive)\b)"
    rf"|\b(?:(?P<weekday2>{WEEKDAY}),? )?(?P<month2>{MONTH}),? (?:the )?(?P<day2>\d{{1,2}}){_ORDINAL}?\b"
    rf"(?! ?(?:am|pm|[:.]\d|o'clock))(?:,? (?P<year2>\d{{4}})\b)?"
)
_ISO = re.compile(r"(?<![\d-])(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?![\d-])")
_NUMERIC = re.compile(
    r"(?<![\d/.£$€:-])(?P<a>\d{1,2})(?P<mark>[/.-])(?P<b>\d{1,2})(?:(?P=mark)(?P<y>\d{4}|\d\d))?"
    r"(?!\d|[/:-]\d|\.\d| ?(?:am|pm|mm|ml|cm|%|hours?|days?|weeks?|months?|years?)\b)"
)
_OF_MONTH = re.compile(rf"\b(?:the )?(?P<day>\d{{1,2}}){_ORDINAL} of (?P<which>this|next|the) month\b")
_NTH = re.compile(
    rf"(?:\b(?P<weekday>{WEEKDAY}),? (?:the )?|\b(?:the|on|by|for|after|before|from|until|till?|or|and|to|between) "
    rf"|^)(?P<day>\d{{1,3}}){_ORDINAL}\b{FOLLOWS}"
)
_NUMBERED = re.compile(rf"\b(?P<weekday>{WEEKDAY}),? (?P<day>1[3-9]|2\d|3[01]){FOLLOWS}(?!:)")
_ON_A_DAY = re.compile(rf"\b(?:on|until|{WEEKDAY}) $")
_FOLLOWED = re.compile(FOLLOWS)


def find_dates(text: str, today: date, *, day_first: bool | None, horizon: timedelta) -> Iterator[SaidDays]:
    """Every date in a plain text; `day_first` None: 04/05 is both days where both lie within the horizon."""
    for m in _ISO.finditer(text):
        yield _said(m, [_parsed(f"{int(m['y']):04}-{int(m['m']):02}-{int(m['d']):02}", "YMD", today)])
    for m in _NAMED.finditer(text):
        words = f"{m['day'] or m['day2']} {m['month'] or m['month2']} {_century(m['year'] or m['year2'])}"
        yield _said(m, _by_weekday(_parsed(words, "DMY", today), m["weekday"] or m["weekday2"]))
    for m in _NUMERIC.finditer(text):
        if _is_date(text, m):
            yield _said(m, _numeric(m, today, day_first, horizon))
    for m in _OF_MONTH.finditer(text):
        yield _said(m, [_in_month(int(m["day"]), today, int(m["which"] == "next"))])
    for pattern in (_NTH, _NUMBERED):
        for m in pattern.finditer(text):
            options = _numbered(int(m["day"]), m["weekday"], today)
            yield SaidDays(m.start("weekday") if m["weekday"] else m.start("day"), m.end(), options=options)


def _parsed(words: str, order: str, today: date) -> date | None:
    """The next such date, or one just past; None where the calendar has no such day."""
    import dateparser

    base = datetime.combine(max(today, date.min + _JUST_PAST) - _JUST_PAST, time.min)
    found = dateparser.parse(
        words.strip(),
        languages=["en"],
        settings={
            "DATE_ORDER": order,
            "PREFER_DATES_FROM": "future",
            "RELATIVE_BASE": base,
            "REQUIRE_PARTS": ["day", "month"],
            "PARSERS": ["absolute-time"],
        },
    )
    return found.date() if found else None


def _century(year: str | None) -> str:
    return "" if not year else year if len(year) == 4 else f"20{year}"


def _is_date(text: str, m: re.Match[str]) -> bool:
    """Not "24/7", "50/50", "5.30" or "1-2"."""
    a, b = int(m["a"]), int(m["b"])
    if m["y"]:
        return True
    if m["mark"] == "-" or (a, b) == (24, 7) or not _FOLLOWED.match(text, m.end()):
        return False
    if m["mark"] == ".":
        return b in range(1, 13) and (a > 23 or bool(_ON_A_DAY.search(text[: m.start()])))
    return max(a, b) <= 31 or (min(a, b) in range(1, 13) and max(a, b) < 40)


def _numeric(m: re.Match[str], today: date, day_first: bool | None, horizon: timedelta) -> list[date | None]:
    words = f"{m['a']}/{m['b']}" + (f"/{_century(m['y'])}" if m["y"] else "")
    orders = ["MDY", "DMY"] if day_first is False else ["DMY", "MDY"]
    found = [day for order in orders if (day := _parsed(words, order, today))]
    if day_first is None:
        near = [day for day in found if today <= day <= today + horizon]
        return [*dict.fromkeys(near)] or [*found[:1]]
    return [*found[:1]]


def _by_weekday(day: date | None, weekday: str | None) -> list[date | None]:
    """The date, and beside it the nearest such weekday where it is another: "Monday 25 December" in a year of a Friday."""
    if day is None or weekday is None or _fits(day, weekday):
        return [day]
    nearest = (WEEKDAYS.index(weekday) - day.weekday() + 3) % 7 - 3
    return [day, day + timedelta(days=nearest)]


def _coming(number: int, today: date) -> Iterator[date]:
    """The next days with such a number in their month."""
    for step in range(13):
        count = today.year * 12 + today.month - 1 + step
        year, month = count // 12, count % 12 + 1
        if year <= date.max.year and 1 <= number <= monthrange(year, month)[1]:
            day = date(year, month, number)
            if day >= today:
                yield day


def _numbered(number: int, weekday: str | None, today: date) -> tuple[Days, ...]:
    """ "The 4th", "Friday the 4th"; where no such Friday is near, the 4th or the Friday beside it."""
    coming = list(_coming(number, today))
    fitting = [day for day in coming[:3] if _fits(day, weekday)]
    found = fitting[:1] or [day for day in _by_weekday(coming[0] if coming else None, weekday) if day]
    return _as_days(found)


def _in_month(number: int, today: date, step: int) -> date | None:
    year, month = divmod(today.year * 12 + today.month - 1 + step, 12)
    return date(year, month + 1, number) if 1 <= number <= monthrange(year, month + 1)[1] else None


def _fits(day: date, weekday: str | None) -> bool:
    return weekday is None or day.weekday() == WEEKDAYS.index(weekday)


def _said(m: re.Match[str], days: list[date | None]) -> SaidDays:
    return SaidDays(m.start(), m.end(), options=_as_days([day for day in days if day]))


def _as_days(days: list[date]) -> tuple[Days, ...]:
    return tuple((day, day) for day in days)
