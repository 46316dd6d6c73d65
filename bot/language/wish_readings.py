"""One choice of a wish ("next Tuesday morning") in all the ways that it can be meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product

from bot.language.wish import EVERY_DAY, Every, Window, Wish
from bot.language.wish_atoms import Days, SaidDays, SaidWeekdays
from bot.language.wish_groups import Group
from bot.language.wish_windows import OpenHours, Span, at, spans, window

_MOST_DAYS = 370
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Frame:
    """What a wish is read against; see `read_wish`."""

    now: datetime
    open_hours: OpenHours | None
    on: date | None
    horizon: timedelta

    @property
    def today(self) -> date:
        """By the clinic's calendar."""
        return self.now.date()

    @property
    def until(self) -> datetime:
        """The end of the horizon."""
        return at(self.today + self.horizon, time.min, self.now)


@dataclass(frozen=True)
class _Days:
    """The days from `first` to `last`, but only on some days of the week and without some others."""

    first: date
    last: date
    weekdays: frozenset[int] = EVERY_DAY
    unwanted: Sequence[Days] = ()

    def __contains__(self, day: date) -> bool:
        return day.weekday() in self.weekdays and not any(first <= day <= last for first, last in self.unwanted)

    @property
    def are_all(self) -> bool:
        """Whether every day between is wanted."""
        return self.weekdays == EVERY_DAY and not self.unwanted


def read_group(group: Group, frame: Frame) -> list[Wish]:
    """Its readings, likeliest first."""
    part = next((days.part for days in group.days if days.part), "")
    day_readings = list(product(*(days.options for days in group.days)))
    hour_readings = spans(group.hours, part=part, open_hours=frame.open_hours)
    wishes = [_wish(group, chosen, span, frame) for chosen in day_readings for span in hour_readings]
    return [wish for wish in wishes if wish]


def _wish(group: Group, chosen: Sequence[Days], span: Span, frame: Frame) -> Wish | None:
    if not group.has_days:
        return _of_hours(span, frame)
    weekdays = _allowed(group.weekdays)
    days = _days(group, chosen, weekdays, frame)
    if days is None:
        return None
    is_open = all(
        said.bound not in {"", "until", "before"} for said in group.days
    )  # it ends nowhere but at the horizon
    every = Every(weekdays, span.start, span.end) if is_open and span.at is None else None
    unwanted = [out for said, out in zip(group.days, chosen, strict=True) if said.bound == "not"]
    kept = _Days(*days, weekdays, unwanted)
    return _of_days(kept, span, frame, every=every, is_past=any(said.is_past for said in group.days))


def _of_hours(span: Span, frame: Frame) -> Wish | None:
    if frame.on:
        return _of_days(_Days(frame.on, frame.on), span, frame)
    if span.at is not None:
        day = frame.today if at(frame.today, span.at, frame.now) > frame.now else frame.today + _DAY
        return _of_days(_Days(day, day), span, frame)
    days = _Days(frame.today, frame.today + frame.horizon - _DAY)
    return _of_days(days, span, frame, every=Every(EVERY_DAY, span.start, span.end))


def _allowed(said: Sequence[SaidWeekdays]) -> frozenset[int]:
    """ "Weekends", or all but Mondays."""
    wanted = [kind.weekdays for kind in said if kind.bound != "not"]
    unwanted = [kind.weekdays for kind in said if kind.bound == "not"]
    return frozenset().union(*wanted or [EVERY_DAY]) - frozenset().union(*unwanted)


def _days(group: Group, chosen: Sequence[Days], weekdays: frozenset[int], frame: Frame) -> Days | None:
    """The first and the last day that all the bounds leave."""
    first, last = frame.today, frame.today + frame.horizon - _DAY
    plain = [days for said, days in zip(group.days, chosen, strict=True) if not said.bound]
    if plain:
        first, last = min(days[0] for days in plain), max(days[1] for days in plain)
    for said, days in zip(group.days, chosen, strict=True):
        first, last = _bounded(said, days, first, last, frame)
    return (first, last) if first <= last else None


def _bounded(said: SaidDays, days: Days, first: date, last: date, frame: Frame) -> Days:
    if said.bound in {"from", "after"}:
        first = max(first, days[0] if said.bound == "from" else days[1] + _DAY)
        last = max(last, first) if first > frame.today + frame.horizon else last
    elif said.bound in {"until", "before"}:
        last = min(last, days[1] if said.bound == "until" else days[0] - _DAY)
    return first, last


def _of_days(
    days: _Days,
    span: Span,
    frame: Frame,
    *,
    every: Every | None = None,
    is_past: bool = False,
) -> Wish | None:
    found = list(_windows(days, span, frame.now))
    ahead = [part for found_one in found if (part := _ahead(found_one, span, frame.now))]
    if not found:
        return None
    windows = tuple(found if is_past or not ahead else ahead)
    exact = at(days.first, span.at, frame.now) if span.at is not None and len(found) == 1 else None
    return Wish(windows, exact, every, is_past=not ahead)


def _windows(days: _Days, span: Span, now: datetime) -> Iterator[Window]:
    if days.are_all and span == Span():
        stretch = window(days.first, days.last, span, now)
        yield from [stretch] if stretch else []
        return
    for count in range(min((days.last - days.first).days + 1, _MOST_DAYS)):
        day = days.first + timedelta(days=count)
        one = window(day, day, span, now) if day in days else None
        if one:
            yield one


def _ahead(found: Window, span: Span, now: datetime) -> Window | None:
    """What is still to come of it; a moment that has passed is past as a whole."""
    start, end = found
    if span.at is not None:
        return found if start.timestamp() >= now.timestamp() else None
    if end.timestamp() <= now.timestamp():
        return None
    return found if start.timestamp() >= now.timestamp() else (now, end)
