"""The pieces of a wish as they stand in a text, before they are put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeVar

from bot.language.time_intervals import Clock

# What may stand behind a number that is an hour or a day of the month: never a noun that it counts.
FOLLOWS = (
    r"(?= ?(?:$|[,;!?)\n/&-](?! ?\d)|\.(?!\d))|[, ]+(?:on|in|at|of|the|this|next|tomorrow|today|tonight|or|and|to|till?|until|please"
    r"|if|is|are|works?|would|will|could|can|should|suits?|for me|then|but|though|with|because|as|sharp|onwards|maybe"
    r"|ideally|preferably|thanks|thank|thx|ok|okay|good|great|best|fine|better|instead|any|free|available|only|i|i'd|i'm|we"
    r"|it|that|was|except|not|apart|every|each|weekdays?|weekends?|latest|earliest|early|late|after|before|from|between|by|about|around|morning|afternoon|evening|am|pm"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|a|-|&)\b|[ ]+[-–&]|/)"
)
Days = tuple[date, date]  # the first and the last
Bound = Literal["", "from", "after", "until", "before", "not"]


@dataclass(frozen=True)
class Atom:
    """Where it stands in the text."""

    start: int
    end: int


@dataclass(frozen=True)
class SaidDays(Atom):
    """Days on the calendar; several `options` where it is unclear which, none where there are no such days."""

    options: tuple[Days, ...] = ()
    bound: Bound = ""
    part: str = ""
    is_past: bool = False  # can only be that: "yesterday"


@dataclass(frozen=True)
class SaidWeekdays(Atom):
    """Days of any week: "weekends", "any Tuesday"; Monday is 0."""

    weekdays: frozenset[int] = frozenset()
    bound: Bound = ""


@dataclass(frozen=True)
class SaidHours(Atom):
    """Hours of a day: at, from and until a clock, or a part of the day; `impossible` where the clock knows none such."""

    at: Clock | None = None
    low: Clock | None = None
    high: Clock | None = None
    part: str = ""
    is_about: bool = False
    is_negated: bool = False
    is_bare: bool = False
    impossible: bool = False


@dataclass(frozen=True)
class SaidSoonest(Atom):
    """ "As soon as possible"."""


Found = TypeVar("Found", bound=Atom)


def longest(atoms: Iterable[Found]) -> list[Found]:
    """Those that don't overlap with a longer one, in the order of the text; of two equally long ones the first given."""
    kept: list[Found] = []
    for atom in sorted(atoms, key=lambda atom: atom.start - atom.end):
        if all(atom.end <= other.start or other.end <= atom.start for other in kept):
            kept.append(atom)
    return sorted(kept, key=lambda atom: atom.start)


def bounded(days: SaidDays, bound: Bound, *, start: int, end: int) -> SaidDays:
    """The same days as a bound, with the words that make it one."""
    return replace(days, bound=bound, start=min(start, days.start), end=max(end, days.end))
