"""How long ago: durations and points in the past, in hours."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBERS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0,
    "eight": 8.0, "nine": 9.0, "ten": 10.0, "eleven": 11.0, "twelve": 12.0, "couple": 2.0, "couple of": 2.0,
    "few": 3.0, "a few": 3.0, "a couple": 2.0, "a couple of": 2.0, "several": 4.0, "half a": 0.5, "half an": 0.5,
}  # fmt: skip
_UNITS = {"m": 1 / 60, "h": 1.0, "d": 24.0, "n": 24.0, "w": 168.0, "f": 336.0, "o": 730.0, "y": 8760.0}
_UNIT = (
    r"(?:(?P<m>min(?:ute)?s?)|(?P<h>h(?:ou)?rs?|(?<=\d)h|(?<=\d )h)|(?P<d>da?ys?)|(?P<n>nights?)|(?P<w>w(?:ee)?ks?)"
    r"|(?P<f>fortnights?)|(?P<o>mo?nths?|mths?)|(?P<y>y(?:ea)?rs?))"
)
_AMOUNT = r"(?P<amount>\d{1,3}(?:\.\d)?|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")"
_NOT_PAST = re.compile(
    r"\b(?:in|next|every|each|wait|until|till|within|than|times?|twice|once|per|coming|over the|for)"
    r"(?: (?:the|about|a|another|at least|next|around))*$"
)
_LASTING = re.compile(r"\b(?:for|after|been|about|almost|nearly|over|since|is|just|exactly|only|like|around)$")
_NOT_TIME_SINCE = r"(?! (?:before|until|till|away|to go|left|time\b|old|course|trial|apart|pregnant|along))"
_SINCE = r"ago|later|after|post|since|now|in\b|already|straight|back\b"
_DURATION = re.compile(
    rf"\b(?P<more>(?:more|longer) than |over )?{_AMOUNT} ?{_UNIT}\b{_NOT_TIME_SINCE}"
    rf"(?P<half> and a half)?(?P<since> (?:{_SINCE}))?"
)
_DAY_NUMBER = re.compile(
    r"\bdays? (?:no |number )?(?P<number>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)\b"
    r"(?! (?:pm|am|days?|hours?|weeks?))"
)
_POINTS = {
    "day before yesterday": 48.0, "yesterday": 24.0, "last night": 14.0, "overnight": 10.0, "this morning": 8.0,
    "this afternoon": 4.0, "this evening": 3.0, "tonight": 2.0, "earlier today": 6.0, "today": 6.0,
    "just now": 0.5, "the other day": 72.0, "last week": 168.0, "last month": 730.0, "last year": 8760.0,
    "last weekend": 120.0,
}  # fmt: skip
_POINT = re.compile(r"\b(?:" + "|".join(sorted(_POINTS, key=len, reverse=True)) + r")\b")


@dataclass(frozen=True)
class Elapsed:
    """A stretch of time in a text: character offsets and how many hours it says have passed."""

    start: int
    end: int
    hours: float


def find_elapsed(text: str) -> list[Elapsed]:
    """Times that have passed, in order, from `text` in normal forms (lower case, one blank between words).

    "in 3 days" or "every 2 weeks" are not among them. "Yesterday" is 24 hours, "this morning" 8: what a message without
    a clock can tell.
    """
    found = [
        Elapsed(m.start(), m.end(), _duration_hours(m)) for m in _DURATION.finditer(text) if _has_passed(m)
    ]
    for match in _DAY_NUMBER.finditer(text):
        number = match["number"]
        found.append(Elapsed(match.start(), match.end(), 24.0 * (_NUMBERS.get(number) or float(number))))
    points = [m for m in _POINT.finditer(text) if not _NOT_PAST.search(text[: m.start()].rstrip())]
    found += [Elapsed(m.start(), m.end(), _POINTS[m.group()]) for m in points]
    return _without_overlaps(found)


def _has_passed(match: re.Match[str]) -> bool:
    before = match.string[: match.start()].rstrip()
    if match["amount"] in {"a", "an"} and not (
        match["since"] or match["more"] or match["half"]
    ):  # "twice a day", but "for a day"
        return bool(_LASTING.search(before))
    return not _NOT_PAST.search(before) or before.endswith("for")


def _duration_hours(match: re.Match[str]) -> float:
    amount = match["amount"]
    unit = next(_UNITS[name] for name in _UNITS if match[name])
    number = _NUMBERS[amount] if amount in _NUMBERS else float(amount)
    hours = (number + (0.5 if match["half"] else 0.0)) * unit
    return round(hours + (1.0 if match["more"] else 0.0), 2)


def _without_overlaps(found: list[Elapsed]) -> list[Elapsed]:
    kept: list[Elapsed] = []
    for item in found:
        if all(item.end <= other.start or other.end <= item.start for other in kept):
            kept.append(item)
    return sorted(kept, key=lambda item: item.start)
