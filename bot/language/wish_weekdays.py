"""Days of the week that somebody wishes for: "next Tuesday", "Mondays", "any weekend"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.language.time_words import WEEKDAY, WEEKDAYS
from bot.language.wish import EVERY_DAY
from bot.language.wish_atoms import SaidDays, SaidWeekdays

_WEEK = timedelta(days=7)
_WEEKDAY = re.compile(
    rf"\b(?:(?P<led>last|this past|past|next week(?: on)?,?|this week(?: on)?,?|next|this coming|coming|this"
    rf"|(?:a |1 )?week on|week this) )?"
    rf"(?P<day>{WEEKDAY})\b(?:,? (?:of )?(?P<suffix>last week|(?:the )?next week|this week|after next|week\b|just gone|gone))?"
)
_EVERY = re.compile(
    rf"\b(?:(?P<some>any|some|every|each|most|all|a(?= \w+day in ))(?: of the)?(?: other)? (?P<what>day|weekday|weekend|(?:{WEEKDAY}))s?\b"
    rf"|(?:on |at )?(?P<plain>weekdays?|weekends|week days?|monday(?: to | ?- ?| through | till )friday)\b)"
    r"(?P<any> ?(?:is |works )?(?:fine|ok|good))?"
)
_ANY_TIME = re.compile(
    r"\b(?:any ?time|whenever|any (?:date|slot)|i'?m (?:very |quite |pretty )?(?:flexible|easy)|no preference"
    r"|don'?t mind when|doesn'?t matter when|all (?:days|times))\b"
)


def find_kinds_of_day(text: str) -> Iterator[SaidWeekdays]:
    """ "Any weekend", "Mondays", "whenever"."""
    for m in _EVERY.finditer(text):
        yield SaidWeekdays(m.start(), m.end(), weekdays=_kind(m["what"] or m["plain"]))
    for m in _ANY_TIME.finditer(text):
        yield SaidWeekdays(m.start(), m.end(), weekdays=EVERY_DAY)


def _kind(words: str) -> frozenset[int]:
    if words in WEEKDAYS:
        return frozenset({WEEKDAYS.index(words)})
    if words.startswith("weekend"):
        return frozenset({5, 6})
    return EVERY_DAY if words == "day" else frozenset(range(5))


def find_weekdays(text: str, today: date) -> Iterator[SaidDays]:
    """Days named by their day of the week, ahead or past."""
    for m in _WEEKDAY.finditer(text):
        led = (
            (m["suffix"] or m["led"] or "")
            .removeprefix("a ")
            .removeprefix("the ")
            .rstrip(",")
            .removesuffix(" on")
        )
        index = WEEKDAYS.index(m["day"])
        is_past = led in {"last", "this past", "past", "just gone", "gone", "last week"}
        options = _past_weekday(led, index, today) if is_past else _coming_weekday(led, index, today)
        yield SaidDays(m.start(), m.end(), options=tuple((day, day) for day in options), is_past=is_past)


def _coming_weekday(led: str, index: int, today: date) -> list[date]:
    """Two days where people differ: "next Thursday" on a Tuesday, "Tuesday" on a Tuesday."""
    monday = monday_of(today)
    coming = today + timedelta(days=(index - today.weekday()) % 7)
    later = coming if coming > today else coming + _WEEK
    if led == "next week":
        return [monday + _WEEK + timedelta(days=index)]
    if led in {"week", "1 week", "week this", "after next"}:
        return [later + _WEEK]
    if led == "next":
        if later >= monday + _WEEK:
            return [later]
        return [later + _WEEK] if (later - today).days == 1 else [later + _WEEK, later]
    return [coming] if led or coming > today else [coming, later]


def _past_weekday(led: str, index: int, today: date) -> list[date]:
    if led == "last week":
        return [monday_of(today) - _WEEK + timedelta(days=index)]
    return [today - timedelta(days=(today.weekday() - index) % 7 or 7)]


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())
