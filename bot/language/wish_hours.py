"""Hours that somebody wishes for: "after 5", "half 4", "between 2 and 4", "9ish"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from bot.language.time_intervals import Clock
from bot.language.wish_atoms import Atom, SaidHours, longest
from bot.language.wish_clocks import ClockTime, clock_times
from bot.language.wish_day_parts import find_parts

_ABOUT = r"(?:(?:about|around|roughly|approx(?:imately)?|like|maybe|say|or so)(?: at)? )*"
_LOW = re.compile(
    rf"\b(?:after|past|later than|from|starting(?: at| from)?|earliest(?: is)?"
    rf"|any ?time (?:after|from)|(?:finish(?:es)?|off|done|out|free)(?: work| school| uni)? (?:at|after|from|by|around)) {_ABOUT}$"
)
_HIGH = re.compile(rf"\b(?:before|by|until|till?|no later than|latest(?: is)?|up to|earlier than) {_ABOUT}$")
_NOT_BEFORE = re.compile(rf"\b(?:not|no|nothing) (?:before|earlier than|until|till) {_ABOUT}$")
_NOT_AFTER = re.compile(rf"\b(?:not|no|nothing) (?:after|later than|past) {_ABOUT}$")
_AT = re.compile(r"\bat (?:(?:about|around|roughly|like|maybe|say|exactly) )?$")
_ROUGHLY = re.compile(r"\b(?:(?<!how )(?<!what )about|around|roughly|approx|approximately|like) $")
_BETWEEN = re.compile(rf"\b(?:between|from|anywhere from) {_ABOUT}$")
_ALONE = re.compile(
    r"(?:(?:at|about|around|maybe|ok|okay|yes|yeah|sure|please|um+|uh|let's say|say|how about|what about|then|works?|is|fine|good"
    r"|great|best|for me|thanks|sharp|would|be|suits?|me|or|and|to|make it|i'd|prefer|like|the|one|perfect|ideally|_)|[\s,.!?/-])*"
)
_LATER = re.compile(r" (?:onwards?|or later|or after|and later|and after|at the earliest|plus)\b|\+")
_EARLIER = re.compile(r" (?:or earlier|or before|at the latest|or sooner)\b")
_PAIR = re.compile(r" ?(?:-|to|until|till?) ?")
_PAIR_AND = re.compile(r" and ")
_OR = re.compile(r" ?(?:or|/) ?(?:at )?")
_BESIDE_DAY = re.compile(r"[ ,]*(?:(?:on|in|the|this|of|next|coming|maybe|at|or|please)[ ,]+)*")


def find_wished_hours(text: str, days: Sequence[Atom], now: datetime) -> list[SaidHours]:
    """The hours in a plain text, in order; a mere number is one beside a day, after "at" and its like, or alone."""
    parts = longest(find_parts(text, now))
    tokens = longest(_free(clock_times(text), [*days, *parts]))
    return longest([*_clocks(text, tokens, [*days, *parts]), *parts])


def _clocks(text: str, tokens: list[ClockTime], beside: Sequence[Atom]) -> Iterator[SaidHours]:
    """Tokens that belong together become one: "between 2 and 4", "9-5"."""
    index = 0
    while index < len(tokens):
        token, following = tokens[index], tokens[index + 1 : index + 2]
        if following and (pair := _pair(text, token, following[0], beside)):
            yield pair
            index += 2
            continue
        index += 1
        if not token.is_bare or _stands(text, token, beside, tokens):
            yield _single(text, token)


def _pair(text: str, first: ClockTime, second: ClockTime, beside: Sequence[Atom]) -> SaidHours | None:
    gap = text[first.end : second.start]
    is_between = bool(_BETWEEN.search(text[: first.start]))
    if not (_PAIR.fullmatch(gap) or (is_between and _PAIR_AND.fullmatch(gap))):
        return None
    sure = is_between or not first.is_bare or not second.is_bare or _is_beside(text, first, second.end, beside)
    if not (sure or _ALONE.fullmatch(text[: first.start] + text[second.end :])):
        return None
    if not (first.clock and second.clock):
        return SaidHours(first.start, second.end, impossible=True)
    return SaidHours(first.start, second.end, low=_same_half(first.clock, second.clock), high=second.clock)


def _same_half(first: Clock, second: Clock) -> Clock:
    """ "2-4pm" is two in the afternoon, "11-2pm" eleven in the morning."""
    if first.half or not second.half or first.hour > 12:
        return first
    crosses = first.hour % 12 > second.hour % 12
    return replace(first, half=second.half if not crosses else "am")


def _single(text: str, token: ClockTime) -> SaidHours:
    before = text[: token.start]
    if token.clock is None:
        return SaidHours(token.start, token.end, impossible=True)
    if m := _NOT_BEFORE.search(before) or (not _NOT_AFTER.search(before) and _LOW.search(before)) or None:
        return SaidHours(m.start(), token.end, low=token.clock)
    if m := _NOT_AFTER.search(before) or _HIGH.search(before):
        return SaidHours(m.start(), token.end, high=token.clock)
    if m := _LATER.match(text, token.end):
        return SaidHours(token.start, m.end(), low=token.clock)
    if m := _EARLIER.match(text, token.end):
        return SaidHours(token.start, m.end(), high=token.clock)
    return SaidHours(token.start, token.end, at=token.clock, is_about=bool(_ROUGHLY.search(before)))


def _stands(text: str, token: ClockTime, beside: Sequence[Atom], tokens: list[ClockTime]) -> bool:
    """Whether a mere number is an hour."""
    before = text[: token.start]
    if token.goes_on:
        return False
    if token.clock is None:
        return bool(_AT.search(before)) and _is_beside(text, token, token.end, beside)
    if any(pattern.search(before) for pattern in (_LOW, _HIGH, _AT)):
        return True
    if _LATER.match(text, token.end) or _is_beside(text, token, token.end, beside):
        return True
    if any(_OR.fullmatch(text[other.end : token.start]) or _OR.fullmatch(text[token.end : other.start]) for other in tokens
           if other is not token
           and (not other.is_bare or _AT.search(text[: other.start]) or _is_beside(text, other, other.end, beside))):  # fmt: skip
        return True
    rest = before + text[token.end :]
    for other in tokens:
        if other is not token:
            rest = rest.replace(text[other.start : other.end], " ", 1)
    return bool(_ALONE.fullmatch(rest))


def _is_beside(text: str, first: Atom, end: int, beside: Sequence[Atom]) -> bool:
    return any(
        (other.end <= first.start and _BESIDE_DAY.fullmatch(_marked(text, other.end, first.start)))
        or (end <= other.start and _BESIDE_DAY.fullmatch(_marked(text, end, other.start)))
        for other in beside
    )


def _marked(text: str, start: int, end: int) -> str:
    """What stands between, with "about" and dashes left out."""
    return re.sub(r"\b(?:about|around|roughly|like)\b|-", " ", text[start:end]) if end - start < 40 else "far"


def _free(tokens: Iterable[ClockTime], taken: Sequence[Atom]) -> list[ClockTime]:
    return [t for t in tokens if all(t.end <= other.start or other.end <= t.start for other in taken)]
