"""One mention of a time in a message, before it is known whether it is past or future and what happens then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from bot.language.time_intervals import PARTS, Clock, Moment, on_days, within_day

_OPENS = 7  # nobody is treated earlier unless they say "am"


@dataclass(frozen=True)
class Offset:
    """So many hours from another moment; negative ones lie before it."""

    low: float
    high: float
    whole_days: bool


@dataclass(frozen=True)
class Mention:
    """Where it stands in the text, and when it is if it has passed and if it is still to come.

    A mention without either reading is an hour or a part of a day whose day is said elsewhere, if at all; one with an
    `offset` is reckoned from another mention. `is_unclear` is a day that cannot be told, such as Monday the 40th, and
    `is_bare` a length that says nothing of its direction.
    """

    start: int
    end: int
    past: Moment | None = None
    future: Moment | None = None
    part: str = ""
    clock: Clock | None = None
    offset: Offset | None = None
    is_bare: bool = False
    is_unclear: bool = False

    @property
    def has_day(self) -> bool:
        """Whether it says on which day."""
        return self.past is not None or self.future is not None or self.is_unclear

    def joined(self, other: Mention) -> Mention | None:
        """Both as one ("yesterday" + "at half past five"), or None where they say the same kind of thing."""
        days = [m for m in (self, other) if m.has_day or m.offset]
        clash = len(days) > 1 or (self.part and other.part) or (self.clock and other.clock)
        if clash:
            return None
        said = days[0] if days else self
        return replace(
            said,
            start=min(self.start, other.start),
            end=max(self.end, other.end),
            part=self.part or other.part,
            clock=self.clock or other.clock,
        )

    def narrowed(self, day: Mention) -> Mention | None:
        """The one day of these that another mention names ("last week, on Friday"), or None where it names none."""
        past, future = _inside(self.past, day), _inside(self.future, day)
        if not (past or future) or self.clock or self.part:
            return None
        return replace(day, start=self.start, end=day.end, past=past, future=future)

    def on(self, day: Moment | None) -> Mention:
        """The same hour on a day that was said elsewhere."""
        return replace(self, past=day, future=day)

    def moment(self, now: datetime, *, is_past: bool, is_treatment: bool) -> Moment | None:
        """When it is, read as past or as future; None where it cannot be that."""
        whole = self.past if is_past else self.future
        if whole is not None and whole.day is not None and (self.part or self.clock):
            whole = self._within(whole, now, is_past=is_past, is_treatment=is_treatment)
        if whole is None:
            return None
        return whole.until(now) if is_past else whole.since(now)

    def _within(self, whole: Moment, now: datetime, *, is_past: bool, is_treatment: bool) -> Moment:
        day, zone = whole.earliest.date(), now.tzinfo
        if self.clock is None:
            return within_day(day, *PARTS[self.part], zone)
        if day == now.date():
            times = self.clock.times(self.part)
            if is_treatment and len(times) > 1 and times[0].hour < _OPENS:
                times = times[1:]
            times = _today(times, now.time(), is_past=is_past)
        else:
            times = self.clock.usual(self.part, in_office_hours=is_treatment)
        return within_day(day, times[0], times[-1], zone)


def _today(times: list[time], clock_now: time, *, is_past: bool) -> list[time]:
    """The time nearest to now on its side, or the last one where none is."""
    fitting = [t for t in times if (t <= clock_now if is_past else t > clock_now)]
    return (fitting[-1:] if is_past else fitting[:1]) or times[-1:]


def _inside(whole: Moment | None, day: Mention) -> Moment | None:
    """The day within days that are several; a name of a week's day may mean the week before or after."""
    if whole is None or whole.day is not None:
        return None
    for named in (day.past, day.future):
        if named is None or named.day is None:
            continue
        for weeks in (0, -1, 1):
            moved = Moment(*(at + timedelta(weeks=weeks) for at in (named.earliest, named.latest)))
            if whole.earliest <= moved.earliest and moved.latest <= whole.latest:
                return moved
    return None


def day_of(moment: Moment, offset: Offset) -> Moment:
    """The moment so far away from another."""
    if not offset.whole_days:
        return Moment(
            moment.earliest + timedelta(hours=offset.low), moment.latest + timedelta(hours=offset.high)
        )
    first, last = (
        at.date() + timedelta(days=round(hours / 24))
        for at, hours in ((moment.earliest, offset.low), (moment.latest, offset.high))
    )
    return on_days(first, last, moment.earliest.tzinfo)
