"""Every time that a message mentions: days, lengths and hours, joined where they belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.language.time_days import find_days
from bot.language.time_intervals import Clock
from bot.language.time_lengths import find_lengths
from bot.language.time_mentions import Mention

_NO_UNIT = (
    r"(?! ?(?:%|percent|minute|hour|day|night|week|fortnight|month|year|session|treatment|time|people|kid|child|of\b"
    r"|st\b|nd\b"
    r"|rd\b|th\b|x\b|mm\b|spf|/|-|\.\d|:\d|\d|or \d|to \d|and a half))"
)
_AT = r"(?:\bat|\bby|\buntil|\btill?|\bfrom)(?: (?:about|around|roughly|like|just after|gone))?"
_HOUR = r"1[0-2]|[1-9]"
_ALONE_STANDING = r"(?<![\d./:])"  # no part of a longer number
_HALF_DAY = (
    r"(?:in the (?:morning|afternoon|evening)|at night|this (?:morning|afternoon|evening)|tonight|last night)"
)
_CLOCK = re.compile(
    "|".join(
        [
            rf"(?:{_AT} )?{_ALONE_STANDING}(?P<h>\d{{1,2}})(?:[:. ]?(?P<m>[0-5]\d))? ?(?P<half>am|pm)\b",
            rf"(?:{_AT} )?{_ALONE_STANDING}(?P<h2>[01]?\d|2[0-3]):(?P<m2>[0-5]\d)\b(?! ?(?:minutes|hours))",
            rf"(?:{_AT} )?\b(?P<to>half(?: past)?|(?:a )?quarter (?:past|to)|(?:5|10|20|25)(?: minutes?)? (?:past|to))"
            rf" (?P<h3>{_HOUR})\b(?! ?(?:minute|hour|day|week))(?: ?(?P<half3>am|pm)\b)?",
            rf"(?:{_AT} )?{_ALONE_STANDING}\b(?P<h4>{_HOUR}) ?o'clock\b",
            rf"(?:{_AT} )?{_ALONE_STANDING}\b(?P<h5>{_HOUR})(?:[ .:](?P<m5>[0-5]\d))?(?= {_HALF_DAY}\b)",
            rf"{_AT} (?P<h6>{_HOUR})(?:[ .](?P<m6>[0-5]\d))?\b{_NO_UNIT}",
            # "yesterday about 3", "about 3 on Monday", "tomorrow evening 7"
            rf"(?:(?<=noon )|(?<=morning )|(?<=evening )|(?<=night )|(?<=day )|(?<=tomorrow ))(?:about|around|roughly)"
            rf" (?P<h7>{_HOUR})\b{_NO_UNIT}",
            rf"(?:about|around|roughly) (?P<h8>{_HOUR})(?= (?:on (?:the )?)?(?:\w+day|today|in the|this)\b)",
            rf"(?:(?<=noon )|(?<=morning )|(?<=evening )|(?<=night ))(?P<h9>{_HOUR})(?=[,.?!;]|$| and\b)",
            r"(?:\bat )?\b(?P<noon>noon|midday)\b",
            r"(?:\bat )?\b(?P<midnight>midnight)\b",
        ]
    )
)
_HOURS = tuple(f"h{number}" if number > 1 else "h" for number in range(1, 10))
_PART = re.compile(
    r"(?<!good )(?:\bin the |\bat |\bover |\bon the |\bthis |\bthe |\b)(?P<late>early |late |mid |mid-)?"
    r"\b(?P<part>morning|afternoon|evening|night|lunch(?:time)?|first thing|hour of lunch|after work)\b"
)
_ALONE = re.compile(r"in the morning\b|(?:at |over )lunch|lunchtime|first thing")
_GREETING = re.compile(r"^(?:good |hi |hello |hey )?(?:morning|afternoon|evening)\b(?! of)")
_NOW_IS = re.compile(
    r"\b(?:it's|its|it is|time is)(?: (?:now|already|only|just|about|currently|like))* $|\bnow (?:it's|its|at) $"
)
_GAP = re.compile(
    r"[ ,(]*(?:-? ?(?:at|about|around|on|in|of|the|from|by|roughly|like|finished|ended|started|starting|left|done"
    r"|came out)\b[ ,]*)*[)]?"
)
_MOST = 60
_NARROWING = re.compile(r"[ ,(]*(?:(?:on|the) )*")
_TO_MINUTES = {"half": 30, "half past": 30, "quarter past": 15, "quarter to": -15}


def find_mentions(text: str, now: datetime) -> list[Mention]:
    """The mentions in a normalised text, in order, or none where it holds more than anybody could make sense of.

    `now` is in the clinic's zone.
    """
    atoms = [*find_days(text, now), *find_lengths(text, now), *_clocks(text), *_parts(text)]
    if len(atoms) > _MOST:
        return []
    return [m for m in _joined(text, _longest(atoms)) if _stands_alone(text, m)]


def _stands_alone(text: str, mention: Mention) -> bool:
    """Not "a spa afternoon" or "after work", where nothing says of which day."""
    is_mere_part = mention.part and not (mention.has_day or mention.clock or mention.offset)
    return not is_mere_part or bool(_ALONE.match(text, mention.start))


def _clocks(text: str) -> Iterator[Mention]:
    for m in _CLOCK.finditer(text):
        if not _NOW_IS.search(text[max(0, m.start() - 40) : m.start()]):
            yield Mention(m.start(), m.end(), clock=_clock(m))


def _clock(m: re.Match[str]) -> Clock | None:
    if m["noon"]:
        return Clock(12, 0, "pm")
    if m["midnight"]:
        return Clock(23, 59)
    hour = int(next(m[name] for name in _HOURS if m[name]))
    if hour > 23 or (m["half"] and not 1 <= hour <= 12):
        return None
    if m["to"]:
        minutes = _minutes(m["to"])
        hour, minute = (hour, minutes) if minutes > 0 else ((hour - 2) % 12 + 1, 60 + minutes)
        return Clock(hour, minute, m["half3"] or "")
    if (m["h2"] or "").startswith("0"):
        return Clock(hour, int(m["m2"]), "am" if hour else "")
    return Clock(hour, int(m["m"] or m["m2"] or m["m5"] or m["m6"] or 0), m["half"] or "")


def _minutes(words: str) -> int:
    words = words.removeprefix("a ")
    if words in _TO_MINUTES:
        return _TO_MINUTES[words]
    return int(words.split()[0]) * (-1 if words.endswith("to") else 1)


def _parts(text: str) -> Iterator[Mention]:
    greeting = _GREETING.match(text)
    for m in _PART.finditer(text):
        if greeting and m.start() < greeting.end():
            continue
        part = {
            "lunchtime": "lunch",
            "hour of lunch": "lunch",
            "first thing": "morning",
            "after work": "work",
        }.get(m["part"], m["part"])
        late = (m["late"] or "").strip(" -")
        if late in {"early", "late"} and part in {"morning", "afternoon"}:
            part = f"{late} {part}"
        yield Mention(m.start(), m.end(), part=part)


def _longest(mentions: Iterable[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, m.start)):
        if all(mention.end <= other.start or other.end <= mention.start for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def _joined(text: str, mentions: list[Mention]) -> list[Mention]:
    joined: list[Mention] = []
    for mention in mentions:
        together = _as_one(text, joined[-1], mention) if joined else None
        if together:
            joined[-1] = together
        else:
            joined.append(mention)
    return joined


def _as_one(text: str, first: Mention, second: Mention) -> Mention | None:
    if _NARROWING.fullmatch(text, first.end, second.start) and (narrowed := first.narrowed(second)):
        return narrowed
    return first.joined(second) if _belong(text, first, second) else None


def _belong(text: str, first: Mention, second: Mention) -> bool:
    gap = text[first.end : second.start]
    if first.is_bare or second.is_bare or not _GAP.fullmatch(gap):
        return False
    if "," not in gap:
        return True
    # "had it today, at 4 I have a call" speaks of two; "the 21st, 9 in the morning" of one
    follows = re.match(r" (?:i|we|there|my|she|he|they|can|is)\b", text[second.end :])
    return (first.has_day or first.offset is not None) and not follows
