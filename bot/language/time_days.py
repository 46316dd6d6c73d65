"""Days in a message: "yesterday", "last Thursday", "the 3rd of June", "since the weekend", "next week"."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bot.language.time_intervals import Moment, on_days, shifted
from bot.language.time_mentions import Mention, Offset
from bot.language.time_words import MONTH, MONTHS, WEEKDAY, WEEKDAYS

Days = tuple[date, date]
_NEAR = 45  # days: of two readings of 6/5, the one that is this near is meant if the other isn't

_RELATIVE_DAYS = {"day before yesterday": -2, "day after tomorrow": 2, "yesterday": -1, "tomorrow": 1}
_NAMED = re.compile(
    r"\b(?P<name>day before yesterday|day after tomorrow|yesterday|tomorrow)\b(?: (?P<part>morning|afternoon|evening"
    r"|night))?"
    r"|\b(?P<last>last night|overnight)\b|\b(?P<tonight>tonight|this evening)\b"
    r"|\b(?P<this>this (?:morning|afternoon|lunchtime))\b|\b(?P<today>(?:earlier (?:on )?)?today)\b"
    r"|(?P<earlier>(?<=\bit )earlier\b(?! than)|(?<=\bdone )earlier\b|(?<=\btreatment )earlier\b|(?<=\bsession )earlier\b)"
)
_JUST = re.compile(
    r"\b(?:just (?:now )?(?:had|got|came|left|been|finished|done|out of|walked|home from|back from)|(?:finished|done"
    r"|home|had it) just now"
    r"|fresh (?:from|out|off)|moments ago|a (?:sec|minute|moment) ago)\b"
    r"(?! (?:a|an|the)? ?(?:question|worried|wondering|one))"
)
_WEEKDAY = re.compile(
    rf"\b(?P<count>[1-9]) (?P<counted>{WEEKDAY}) ago\b|"
    rf"\b(?P<led>last|this past|past|next|this coming|coming|this|(?:a |1 )?(?<!next )(?<!last )(?<!this )week on"
    rf"|(?:a )?week this) (?P<day>{WEEKDAY})\b"
    rf"|\b(?P<bare>{WEEKDAY})\b(?: (?P<suffix>last week|next week|this week|week|just gone|gone))?"
)
_TODAY_IS = re.compile(r"\b(?:today is|today being|today it's|its now|it's now|it is now) (?:a )?$")
_DATE = re.compile(
    rf"\b(?:(?P<weekday>{WEEKDAY}),? )?(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd"
    rf"|th)? (?:of )?(?P<month>{MONTH})\b(?:,? (?P<year>20\d\d)\b)?"
    rf"|\b(?:(?P<weekday2>{WEEKDAY}),? )?(?P<month2>{MONTH}) (?:the )?(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?! ?(?:am"
    rf"|pm|[:]))(?:,? (?P<year2>20\d\d)\b)?"
    rf"|\b(?P<weekday3>{WEEKDAY}),? (?:the )?(?P<day3>\d{{1,2}})(?:st|nd|rd|th)\b"
    r"|\b(?:the|on|by|for|until|till|since|from|of) (?P<day4>\d{1,2})(?:st|nd|rd|th)\b"
    r"(?! (?:session|time|treatment|one|appointment|birthday|procedure|needling|microneedling|go|visit|day|week|month"
    r"|year|of|in a|round|or))"
    r"|\b(?P<iso>20\d\d-\d\d-\d\d)\b"
    r"|(?<![\d/.])(?!24/7)(?P<a>\d{1,2})(?P<mark>[/.])(?P<b>\d{1,2})(?:(?P=mark)(?P<y>20\d\d|\d\d)|(?<!\.\d)(?<!\.\d\d))"
    r"(?![\d/]|\.\d| ?(?:am|pm|days?|weeks?|hours?|mm|%)\b)"
)
_MONTHS = re.compile(
    rf"\b(?:(?:back|early|late|mid|some time|sometime|at some point|end of|start of|beginning of)[ -])?(?:in |since "
    rf"|during |last |next |this )?"
    rf"(?:early |late |mid[ -]?)?(?P<month>{MONTH})\b"
)
_MODAL = re.compile(r"(?:may|march)\Z")
_SPANS = re.compile(
    r"\b(?P<led>last|next|this|this coming|past|the|over the|at the"
    r"|of the)? ?(?P<weekend>weekend)\b(?P<earlier> before last)?"
    r"|\b(?:(?P<when>earlier|later|end of|late|early|start of) )?(?P<which>last|next|this|the) (?P<span>week|month"
    r"|year)\b(?P<skip> before last| after next)?(?! (?:before|after)\b)"
    r"|\b(?P<feast>christmas (?:eve|day)|christmas|boxing day|new year'?s? (?:eve|day)|valentine'?s(?: day)?|halloween)\b"
)
_FEASTS = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25), "boxing day": (12, 26), "eve": (12, 31),
    "day": (1, 1), "valentine": (2, 14), "halloween": (10, 31),
}  # fmt: skip
_REFERRING = re.compile(
    r"\b(?P<same>same (?:day|evening|night|afternoon)|that (?:day|evening|night|afternoon)|(?:straight|right"
    r"|immediately) after(?:wards)?)\b"
    r"|\b(?P<next>(?:next|following) (?:day|morning|evening|afternoon|night)|day after|the (?:morning|evening"
    r"|night) after)\b(?! tomorrow)"
    r"|\b(?P<before>day before|the (?:night|evening|morning) before)\b(?! yesterday)"
)
_JUST_NOW = 3  # hours


def find_days(text: str, now: datetime) -> Iterator[Mention]:
    """Every mention of days in a normalised text, overlapping ones included."""
    for find in (_named, _just, _weekdays, _dates, _months, _spans, _referring):
        yield from find(text, now)


def _named(text: str, now: datetime) -> Iterator[Mention]:
    today = now.date()
    for m in _NAMED.finditer(text):
        part, past, future = m["part"] or "", today, today
        if m["name"]:
            past = future = today + timedelta(days=_RELATIVE_DAYS[m["name"]])
        elif m["last"]:
            past = future = today - timedelta(days=1)
            part = "night"
        elif m["tonight"]:
            part = "night" if m["tonight"] == "tonight" else "evening"
        elif m["this"]:
            part = m["this"].removeprefix("this ").replace("lunchtime", "lunch")
        is_past = past < today or bool(m["earlier"]) or (m["today"] or "").startswith("earlier")
        yield Mention(
            m.start(),
            m.end(),
            past=None if past > today else on_days(past, past, now.tzinfo),
            future=None if is_past else on_days(future, future, now.tzinfo),
            part=part,
        )


def _just(text: str, now: datetime) -> Iterator[Mention]:
    for m in _JUST.finditer(text):
        yield Mention(m.start(), m.end(), past=Moment(shifted(now, -_JUST_NOW), now))


def _weekdays(text: str, now: datetime) -> Iterator[Mention]:
    today = now.date()
    monday = today - timedelta(days=today.weekday())
    for m in _WEEKDAY.finditer(text):
        if _TODAY_IS.search(text[max(0, m.start() - 20) : m.start()]):
            continue
        index = WEEKDAYS.index(m["day"] or m["bare"] or m["counted"])
        recent = today - timedelta(days=(today.weekday() - index) % 7 or 7)
        coming = today + timedelta(days=(index - today.weekday()) % 7 or 7)
        past, future = _led_weekday(
            (m["led"] or m["suffix"] or "").removeprefix("a "), index, today, monday, recent, coming
        )
        if m["count"]:
            day = recent - timedelta(weeks=int(m["count"]) - 1)
            past, future = (day, day), None
        yield _days(m, past, future, now)


def _led_weekday(
    led: str, index: int, today: date, monday: date, recent: date, coming: date
) -> tuple[Days | None, Days | None]:
    """Past and future reading of a day of the week after such a word; two days apart by a week where it may be either."""
    week = timedelta(days=7)
    in_week = monday + timedelta(days=index)
    if led == "last":
        return (recent - week if recent >= monday else recent, recent), None
    if led in {"this past", "past", "just gone", "gone"}:
        return (recent, recent), None
    if led == "next":
        if coming >= monday + week:
            return None, (coming, coming)
        return None, (coming + week if (coming - today).days == 1 else coming, coming + week)
    if led in {"week on", "week this", "week"}:
        return None, (coming + week, coming + week)
    if led in {"last week", "next week"}:
        there = in_week + (week if led == "next week" else -week)
        return ((there, there), None) if led == "last week" else (None, (there, there))
    if led in {"this", "this coming", "coming", "this week"} and in_week == today:
        return (today, today), (today, today)
    if in_week == today:  # "Tuesday" on a Tuesday
        return (recent, recent), (today, coming)
    return (recent, recent), (coming, coming)


def _dates(text: str, now: datetime) -> Iterator[Mention]:
    today = now.date()
    for m in _DATE.finditer(text):
        yield _nearest(m, list(_candidates(m, today)), now)


def _candidates(m: re.Match[str], today: date) -> Iterator[date]:
    weekday = m["weekday"] or m["weekday2"] or m["weekday3"]
    for year, month, day in _readings(m, today):
        if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
            found = date(year, month, day)
            if weekday is None or found.weekday() == WEEKDAYS.index(weekday):
                yield found


def _readings(m: re.Match[str], today: date) -> Iterator[tuple[int, int, int]]:
    if m["iso"]:
        year, month, day = map(int, m["iso"].split("-"))
        yield year, month, day
    elif m["a"]:
        yield from _numeric(m, today)
    elif named := m["month"] or m["month2"]:
        written = m["year"] or m["year2"]
        for year in [int(written)] if written else range(today.year - 1, today.year + 2):
            yield year, MONTHS.index(named) + 1, int(m["day"] or m["day2"])
    else:
        for step in range(-2, 5):
            count = today.year * 12 + today.month - 1 + step
            yield count // 12, count % 12 + 1, int(m["day3"] or m["day4"])


def _numeric(m: re.Match[str], today: date) -> Iterator[tuple[int, int, int]]:
    """6/5 is in June for some and in May for others: both, unless only one is near today."""
    first, second = int(m["a"]), int(m["b"])
    written = m["y"] and int(m["y"]) + (2000 if len(m["y"]) == 2 else 0)
    years = [written] if written else range(today.year - 1, today.year + 2)
    ways = [
        [(year, month, day) for year in years if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]]
        for day, month in dict.fromkeys([(first, second), (second, first)])
    ]
    near = [way for way in ways if any(abs((date(*found) - today).days) <= _NEAR for found in way)]
    if len(near) == 1:
        yield from near[0]
    elif sum(map(bool, ways)) == 1:
        yield from ways[0] or ways[1]


def _nearest(m: re.Match[str], found: list[date], now: datetime) -> Mention:
    today = now.date()
    past = max((day for day in found if day <= today), default=None)
    future = min((day for day in found if day >= today), default=None)
    if not found:
        return Mention(m.start(), m.end(), is_unclear=True)
    return _days(m, (past, past) if past else None, (future, future) if future else None, now)


def _months(text: str, now: datetime) -> Iterator[Mention]:
    today = now.date()
    for m in _MONTHS.finditer(text):
        if _MODAL.match(m.group()):
            continue
        month = MONTHS.index(m["month"]) + 1
        year = today.year - (month > today.month)
        ahead = today.year + (month < today.month)
        past = (date(year, month, 1), min(date(year, month, monthrange(year, month)[1]), today))
        future = (max(date(ahead, month, 1), today), date(ahead, month, monthrange(ahead, month)[1]))
        words = m.group()
        yield _days(
            m, None if "next " in words else past, None if "last " in words or "back" in words else future, now
        )


def _spans(text: str, now: datetime) -> Iterator[Mention]:
    today = now.date()
    for m in _SPANS.finditer(text):
        if m["weekend"]:
            yield _days(m, *_weekend(m["earlier"] or m["led"] or "", today), now)
        elif m["feast"]:
            month, day = next(found for name, found in _FEASTS.items() if name in m["feast"])
            found = [date(today.year + step, month, day) for step in (-1, 0, 1)]
            yield _nearest(m, found, now)
        elif m["which"] != "the" or m["when"] == "end of" or m["skip"]:
            yield _days(m, *_whole(m["span"], m["which"], m["when"] or "", m["skip"] or "", today), now)


def _weekend(led: str, today: date) -> tuple[Days | None, Days | None]:
    saturday = today - timedelta(days=today.weekday()) + timedelta(days=5)
    week, sunday = timedelta(days=7), saturday + timedelta(days=1)
    before = (saturday - week, sunday - week)
    if led in {"last", "past"}:
        return before, None
    if led == " before last":
        return (saturday - 2 * week, sunday - 2 * week), None
    if led == "next":
        return None, (saturday, sunday + week)
    if today >= saturday:
        return (saturday, today), (today, sunday)
    return before, (saturday, sunday)


def _whole(span: str, which: str, when: str, skip: str, today: date) -> tuple[Days | None, Days | None]:
    """The week, month or year that is meant; "earlier" and "later" say which part of this one."""
    first, last = _bounds(span, today)
    if skip == " before last":
        first, last = _bounds(span, _bounds(span, first - timedelta(days=1))[0] - timedelta(days=1))
        return (first, last), None
    if skip == " after next":
        first, last = _bounds(span, _bounds(span, last + timedelta(days=1))[1] + timedelta(days=1))
        return None, (first, last)
    if which == "last":
        return _bounds(span, first - timedelta(days=1)), None
    if which == "next":
        return None, _bounds(span, last + timedelta(days=1))
    if when == "earlier":
        return ((first, today - timedelta(days=1)), None) if first < today else (None, None)
    if when == "end of":
        return None, (max(last - timedelta(days=2 if span == "week" else 6), today), last)
    return (None if when == "later" else (first, today)), (today, last)


def _bounds(span: str, day: date) -> Days:
    if span == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if span == "month":
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    return date(day.year, 1, 1), date(day.year, 12, 31)


def _referring(text: str, now: datetime) -> Iterator[Mention]:
    """ "The next morning", "the night before": days reckoned from another one."""
    for m in _REFERRING.finditer(text):
        words = m["same"] or m["next"] or m["before"]
        part = next((p for p in ("morning", "afternoon", "evening", "night") if p in words), "")
        days = 0.0 if m["same"] else 24.0 if m["next"] else -24.0
        yield Mention(m.start(), m.end(), part=part, offset=Offset(days, days, whole_days=True))


def _days(m: re.Match[str], past: Days | None, future: Days | None, now: datetime) -> Mention:
    return Mention(
        m.start(),
        m.end(),
        past=on_days(*past, now.tzinfo) if past else None,
        future=on_days(*future, now.tzinfo) if future else None,
    )
