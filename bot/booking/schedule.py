"""When the clinic takes whom: opening hours, length of a consultation, closures and the rest, without the database.

Times are UTC inside. Two times of one zone are compared by the clock on the wall, which jumps twice a year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from bot.clinic_hours import week_minutes
from bot.settings import Clinic

STEP = timedelta(minutes=5)  # what a consultation occupies is counted in these
DAY = timedelta(days=1)

Span = tuple[timedelta, timedelta]  # opens, closes: from midnight, by the clock on the wall
Week = Mapping[int, Sequence[Span]]  # Monday is 0
Step = tuple[str, datetime]  # whose, and when its five minutes begin


@dataclass(frozen=True)
class Slot:
    """A time at which a practitioner could see somebody; the buffer is not part of it."""

    starts_at: datetime
    ends_at: datetime
    practitioner: str = ""


@dataclass(frozen=True)
class ClosedTime:
    """A time in which everybody (""), or one practitioner, takes nobody."""

    starts_at: datetime
    ends_at: datetime
    practitioner: str = ""


@dataclass(frozen=True)
class Schedule:
    """The rules by which times are offered.

    Args:
        weeks: the hours of each practitioner, in the clinic's order; {"": …} where it names none.
        notice: how long before it a consultation must be booked.
        horizon_days: how many days after today the last one may be.
        step: how far apart consultations begin, from the opening on.
    """

    zone: ZoneInfo
    weeks: Mapping[str, Week]
    length: timedelta
    buffer: timedelta
    notice: timedelta
    horizon_days: int
    step: timedelta
    closed: Sequence[ClosedTime] = ()

    @property
    def takes_bookings(self) -> bool:
        """Whether anybody has opening hours; without any, visitors ask and staff fix the time."""
        return any(spans for week in self.weeks.values() for spans in week.values())

    def slot(self, starts_at: datetime, practitioner: str = "") -> Slot:
        """The slot that begins then, whether or not it can be had."""
        begins = utc(starts_at)
        return Slot(begins, begins + self.length, practitioner)

    def steps(self, slot: Slot) -> list[Step]:
        """What a consultation at that time occupies, its buffer included, in order."""
        return [(slot.practitioner, at) for at in _fives(slot.starts_at, slot.ends_at + self.buffer)]

    def local(self, moment: datetime) -> datetime:
        """The moment by the clinic's clock."""
        return utc(moment).astimezone(self.zone)

    def day(self, day: date) -> tuple[datetime, datetime]:
        """The first moment of the clinic's day and the first of the next, in UTC."""
        first, following = (
            datetime.combine(each, time(), self.zone).astimezone(timezone.utc) for each in (day, day + DAY)
        )
        return first, following

    def last_day(self, now: datetime) -> date:
        """The clinic's last day on which anything can be booked."""
        return self.local(now).date() + DAY * self.horizon_days


def schedule_of(clinic: Clinic, closed: Iterable[ClosedTime] = ()) -> Schedule:
    """The schedule that `clinic.toml` describes, with further closed times."""
    rules = clinic.booking
    hours = {
        name: rules.practitioner_hours.get(name, clinic.opening_hours) for name in clinic.practitioners or [""]
    }
    schedule = Schedule(
        zone=ZoneInfo(clinic.time_zone),
        weeks={name: _week(theirs) for name, theirs in hours.items()},
        length=timedelta(minutes=rules.consultation_minutes),
        buffer=timedelta(minutes=rules.buffer_minutes),
        notice=timedelta(hours=rules.notice_hours),
        horizon_days=rules.horizon_days,
        step=timedelta(minutes=rules.step_minutes),
    )
    holidays = [ClosedTime(schedule.day(first)[0], schedule.day(last)[1]) for first, last in rules.closures]
    return replace(schedule, closed=(*holidays, *closed))


def utc(moment: datetime) -> datetime:
    """The moment in UTC; one at the end of all calendars, that UTC cannot name, is brought in by a day.

    Raises:
        ValueError: it has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time of a consultation needs a time zone")
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError:
        return moment.replace(tzinfo=timezone.utc)


def _fives(begins: datetime, ends: datetime) -> list[datetime]:
    """The fives of minutes, counted from the hour, that lie wholly or partly between."""
    at = begins.replace(minute=begins.minute // 5 * 5, second=0, microsecond=0)
    return [at + n * STEP for n in range(-((at - ends) // STEP))]


def _week(hours: Mapping[str, Sequence[str]]) -> Week:
    return {
        day: [(timedelta(minutes=opens), timedelta(minutes=closes)) for opens, closes in spans]
        for day, spans in week_minutes(hours).items()
    }
