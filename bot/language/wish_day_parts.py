"""Parts of a day that somebody wishes for: "mornings", "after work", "in two hours"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from bot.language.time_intervals import Clock, shifted
from bot.language.wish_atoms import SaidHours

_PART = re.compile(
    r"\b(?:(?P<late>early|late|later|mid) )?(?P<part>morning|afternoon|evening|night|lunch(?:time)?|first thing)s?\b"
    r"|(?<=day )(?P<half>am|pm)\b|(?<=row )(?P<half2>am|pm)\b|\b(?:in the|any|only|the) (?P<half3>am|pm)\b"
)
_GREETING = re.compile(
    r"(?:^|[,.!] ?)(?:good|hi|hello|hey|gd) (?:morning|afternoon|evening)\b|^(?:morning|afternoon|evening)(?:[,.!] ?(?!only|please"
    r"|or|is|if|works)\w| (?:all|there|team|everyone)\b)|\bgood night\b|\bhave a (?:good|nice|lovely) \w+"
)
_EDGES = {"work": (Clock(9, 0, "am"), Clock(5, 0, "pm")), "lunch": (Clock(12, 0, "pm"), Clock(1, 0, "pm")),
          "lunchtime": (Clock(12, 0, "pm"), Clock(1, 0, "pm")), "school": (Clock(8, 30, "am"), Clock(3, 30, "pm"))}  # fmt: skip
_EDGE = re.compile(
    r"\b(?P<side>after|before) (?:the )?(?P<edge>work|lunch(?:time)?|school)\b(?! (?:out|meeting|ing))"
)
IN_HOURS = re.compile(
    r"\bin (?:about |around )?(?:(?P<count>\d{1,2}(?:\.5)?|an?|half an?|(?:a )?couple(?: of)?|(?:a )?few) hours?|(?P<minutes>\d{1,3}) minutes)"
    r"(?: time)?\b(?! (?:after|of))"
)
_NOT = re.compile(
    r"\b(?:not|except|but not|can'?t (?:do|make)|no|avoid)(?: (?:in|at|for|on))?(?: (?:the|any|every))?(?: \w+day)? $"
)


def find_parts(text: str, now: datetime) -> Iterator[SaidHours]:
    """The parts of a day in a plain text, and the hours that are reckoned from now."""
    yield from _parts(text)
    yield from _edges(text)
    yield from _from_now(text, now)


def _parts(text: str) -> Iterator[SaidHours]:
    greetings = [m.span() for m in _GREETING.finditer(text)]
    for m in _PART.finditer(text):
        if any(start <= m.start() < end for start, end in greetings):
            continue
        part = m["part"] or f"{m['half'] or m['half2'] or m['half3']}"
        part = {"lunchtime": "lunch"}.get(part, part)
        late = {"later": "late"}.get(m["late"] or "", m["late"] or "")
        if late in {"early", "late"} and f"{late} {part}" in {"early morning", "late morning", "early afternoon",
                                                            "late afternoon", "early evening"}:  # fmt: skip
            part = f"{late} {part}"
        yield SaidHours(m.start(), m.end(), part=part, is_negated=bool(_NOT.search(text[: m.start()])))


def in_hours(m: re.Match[str], now: datetime) -> datetime:
    """The moment of "in two hours"."""
    words = m["count"] or ""
    if m["minutes"]:
        return shifted(now, int(m["minutes"]) / 60)
    if words[:1].isdigit():
        return shifted(now, float(words))
    return shifted(now, 0.5 if "half" in words else 2 if "couple" in words else 3 if "few" in words else 1)


def _from_now(text: str, now: datetime) -> Iterator[SaidHours]:
    """ "In two hours": from then on, on the day that `wish_days` finds."""
    for m in IN_HOURS.finditer(text):
        then = in_hours(m, now)
        yield SaidHours(
            m.start() + 3, m.end(), low=Clock(then.hour % 12 or 12, then.minute, f"{then:%p}".lower())
        )


def _edges(text: str) -> Iterator[SaidHours]:
    """ "After work", "before lunch"."""
    for m in _EDGE.finditer(text):
        before, after = _EDGES[m["edge"]]
        if m["side"] == "after":
            yield SaidHours(m.start(), m.end(), low=after)
        else:
            yield SaidHours(m.start(), m.end(), high=before)
