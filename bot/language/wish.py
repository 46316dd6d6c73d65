"""What a visitor wishes for: when they would like to come, as `wished_times` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

Window = tuple[datetime, datetime]
HORIZON_DAYS = 90  # how far a wish such as "any weekend" reaches
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class Every:
    """A wish for a kind of time rather than for a day: "any weekend", "mornings only", "not before Friday".

    Args:
        weekdays: Monday is 0.
        start, end: on each of these days, by the clinic's clock; `end` is exclusive, and `time.max` the end of the day.
    """

    weekdays: frozenset[int] = EVERY_DAY
    start: time = time.min
    end: time = time.max


@dataclass(frozen=True)
class Wish:
    """When somebody would like to come.

    Args:
        windows: in order, aware, in the clinic's zone; an appointment may begin at `start <= t < end`.
        exact: the one moment, where a day and an hour were said; its window is the half hour from it.
        every: where it is a kind of time; the windows are then those within the horizon.
        is_past: all of it lies before now. The caller says so.
        soonest: whatever comes first is right.
    """

    windows: tuple[Window, ...]
    exact: datetime | None = None
    every: Every | None = None
    is_past: bool = False
    soonest: bool = False


@dataclass(frozen=True)
class Ambiguous:
    """It can be read in several ways, likeliest first, among which the visitor has to choose.

    Args:
        about: "day" ("04/05", "next Thursday") or "hour" ("at 7"), whichever the readings differ in.
    """

    readings: tuple[Wish, ...]
    about: Literal["day", "hour"]


@dataclass(frozen=True)
class Impossible:
    """There is no such time.

    Args:
        said: the visitor's words for it, in lower case: "31/2".
        why: "no_such_day" or "no_such_hour".
    """

    said: str
    why: Literal["no_such_day", "no_such_hour"]
