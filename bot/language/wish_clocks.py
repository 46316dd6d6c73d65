"""Times of the clock as they are written: "half 4", "5.30pm", "2 o'clock", and a mere "3"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.language.time_intervals import Clock
from bot.language.wish_atoms import FOLLOWS, Atom

_HOUR = r"(?:1\d|2[0-4]|0?\d)"
_CLOCK = re.compile(
    r"(?<![\d./:£$€+])(?:"
    r"(?P<h>\d{1,2})(?:[:. ]?(?P<m>\d\d))? ?(?P<half>am|pm)\b"
    r"|(?P<h2>\d{1,2}):(?P<m2>\d\d)(?![\d:])(?! ?(?:minutes|hours))"
    r"|(?P<to>half(?: past)?|(?:a )?quarter (?:past|to)|(?:5|10|20|25)(?: minutes?)? (?:past|to)) (?P<h3>1[0-2]|[1-9])\b"
    r"(?! ?(?:minute|hour|day|week))(?: ?(?P<half3>am|pm)\b)?"
    r"|(?P<h4>\d{1,2}) ?o'clock\b(?: ?(?P<half4>am|pm)\b)?"
    rf"|(?P<h6>{_HOUR})[.](?P<m6>[0-5]\d)(?!\d|[.]\d| ?(?:mm|ml|cm|%)){FOLLOWS}"
    rf"|(?P<h7>{_HOUR}) (?P<m7>00|15|30|45){FOLLOWS}"
    rf"|(?P<bare>\d{{1,2}})(?![\d:.]\d)(?:{FOLLOWS}|(?P<goes_on>(?= ?- ?\d)))"
    r")|\b(?P<noon>noon|midday)\b|\b(?P<midnight>midnight)\b"
)
_TO_MINUTES = {"half": 30, "half past": 30, "quarter past": 15, "quarter to": -15}


@dataclass(frozen=True)
class ClockTime(Atom):
    """A clock's time as it stands; `clock` None where there is no such time."""

    clock: Clock | None
    is_bare: bool
    goes_on: bool = False  # "3-" of "3-4"


def clock_times(text: str) -> Iterator[ClockTime]:
    """Every time of the clock, and every number that might be one."""
    for m in _CLOCK.finditer(text):
        yield ClockTime(
            m.start(), m.end(), _clock(m), is_bare=bool(m["bare"]), goes_on=m["goes_on"] is not None
        )


def _clock(m: re.Match[str]) -> Clock | None:
    if m["noon"]:
        return Clock(12, 0, "pm")
    if m["midnight"]:
        return Clock(23, 59)
    hour = int(next(m[name] for name in ("h", "h2", "h3", "h4", "h6", "h7", "bare") if m[name]))
    minute = int(m["m"] or m["m2"] or m["m6"] or m["m7"] or 0)
    half = m["half"] or m["half3"] or m["half4"] or ""
    if hour > 23 or minute > 59:
        return None
    if m["to"]:
        minutes = _minutes(m["to"])
        hour, minute = (hour, minutes) if minutes > 0 else ((hour - 2) % 12 + 1, 60 + minutes)
    if (m["h2"] or "").startswith("0") and not half:
        half = "am" if hour else ""
    return Clock(hour, minute, half if 1 <= hour <= 12 else "")


def _minutes(words: str) -> int:
    words = words.removeprefix("a ")
    return _TO_MINUTES.get(words) or int(words.split()[0]) * (-1 if words.endswith("to") else 1)
