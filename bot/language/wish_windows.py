"""From days and hours to moments on the clinic's clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from bot.language.time_intervals import LAST, PARTS, Clock
from bot.language.wish import Window
from bot.language.wish_atoms import SaidHours

OpenHours = tuple[time, time]
EXACT = timedelta(minutes=30)
# An hour without "am" or "pm" where the opening hours don't decide: clinics treat from eight to seven.
_USUAL = {8: 8, 9: 9, 10: 10, 11: 11, 12: 12, 1: 13, 2: 14, 3: 15, 4: 16, 5: 17, 6: 18}
_HALVES = {"am": (time.min, time(12)), "pm": (time(12), time.max)}


@dataclass(frozen=True)
class Span:
    """Hours of a day; `at` where one moment is meant, else from `start` until before `end`."""

    start: time = time.min
    end: time = time.max
    at: time | None = None
    is_about: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies within it."""
        return self.at is None and self.start >= self.end


def spans(hours: Iterable[SaidHours], *, part: str, open_hours: OpenHours | None) -> list[Span]:
    """The readings of the hours that were said for one choice, likeliest first; the whole day where none were."""
    said = list(hours)
    negated = [h.part for h in said if h.is_negated and h.part]
    part = next((h.part for h in said if h.part and not h.is_negated), part)
    within = _without(_part(part, open_hours), [_part(name, open_hours) for name in negated])
    at = next((h for h in said if h.at), None)
    if at is not None and at.at is not None:
        return [Span(at=clock, is_about=at.is_about) for clock in readings(at.at, part, open_hours)]
    low = next((h.low for h in said if h.low), None)
    high = next((h.high for h in said if h.high), None)
    found = [
        Span(max(within[0], start), min(within[1], end))
        for start in (readings(low, part, open_hours) if low else [within[0]])
        for end in (_ends(high, part, open_hours, after=start if low else None) if high else [within[1]])
    ]
    return [span for span in found if not span.is_empty] or [_widest(low, high, open_hours)]


def readings(clock: Clock, part: str, open_hours: OpenHours | None) -> list[time]:
    """The times that a clock's time can mean: one where the part of the day, the opening hours or custom decide."""
    times = clock.times("" if part in _HALVES else part)
    if len(times) > 1 and part in _HALVES:
        times = [t for t in times if _HALVES[part][0] <= t < _HALVES[part][1]]
    if len(times) == 1:
        return times
    if open_hours:
        opened = [t for t in times if open_hours[0] <= t < open_hours[1]]
        if opened:
            return opened
    usual = _USUAL.get(clock.hour)
    return times if usual is None else [time(usual, clock.minute)]


def _ends(clock: Clock, part: str, open_hours: OpenHours | None, *, after: time | None) -> list[time]:
    if after is not None and (later := [t for t in clock.times("") if t > after]):
        return later[:1]
    return readings(clock, part, open_hours)


def _widest(low: Clock | None, high: Clock | None, open_hours: OpenHours | None) -> Span:
    """Where part and clock contradict each other ("morning after 3"), the clock counts."""
    start = readings(low, "", open_hours)[0] if low else time.min
    end = readings(high, "", open_hours)[0] if high else time.max
    return Span(start, end) if start < end else Span()


def _part(name: str, open_hours: OpenHours | None) -> tuple[time, time]:
    if not name:
        return time.min, time.max
    if name in _HALVES:
        return _HALVES[name]
    if name == "first thing":
        opens = open_hours[0] if open_hours else time(8)
        return opens, min(time(min(opens.hour + 2, 23), opens.minute), time.max)
    start, end = PARTS[name]
    return start, time.max if end == LAST else end


def _without(within: tuple[time, time], others: list[tuple[time, time]]) -> tuple[time, time]:
    """Less the parts of the day that are out; of what is left on both sides, the longer one."""
    start, end = within
    for first, last in others:
        before, after = (start, min(end, first)), (max(start, last), end)
        start, end = max(before, after, key=lambda pair: _minutes(pair[1]) - _minutes(pair[0]))
    return start, end


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def at(day: date, clock: time, now: datetime) -> datetime:
    """That time by the clinic's clock; one that the change to summer time leaves out is an hour later."""
    moment = datetime.combine(day, clock, now.tzinfo)
    return moment.astimezone(timezone.utc).astimezone(now.tzinfo)


def window(day: date, last: date, span: Span, now: datetime) -> Window | None:
    """From the span's start on one day to its end on another; None where the clocks leave nothing of it."""
    if span.at is not None:
        moment = at(day, span.at, now)
        about = EXACT if span.is_about else timedelta(0)
        return _shifted(moment, -about), _shifted(moment, EXACT)
    start = at(day, span.start, now)
    end = at(last + timedelta(days=1), time.min, now) if span.end == time.max else at(last, span.end, now)
    return (start, end) if start.astimezone(timezone.utc) < end.astimezone(timezone.utc) else None


def _shifted(moment: datetime, by: timedelta) -> datetime:
    return (moment.astimezone(timezone.utc) + by).astimezone(moment.tzinfo)
