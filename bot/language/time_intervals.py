"""Stretches of time on the clinic's calendar: days, parts of days, hours of the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo

LAST = time(23, 59)
PARTS = {
    "morning": (time(5), time(12)), "early morning": (time(5), time(9)), "late morning": (time(10), time(12)),
    "lunch": (time(11, 30), time(14, 30)), "afternoon": (time(12), time(18)), "late afternoon": (time(15), time(18)),
    "early afternoon": (time(12), time(15)), "evening": (time(17), LAST), "early evening": (time(17), time(20)),
    "night": (time(18), LAST), "work": (time(15), time(21)),
}  # fmt: skip
_HALF_OF_DAY = {"morning": 0, "lunch": 12, "afternoon": 12, "evening": 12, "night": 12, "work": 12}
# An hour without "am" or "pm" that can be only one of them: clinics treat from eight to seven, parties start after noon.
_OFFICE_HOURS = {8: 8, 9: 9, 10: 10, 11: 11, 12: 12, 1: 13, 2: 14, 3: 15, 4: 16, 5: 17, 6: 18}
_SOCIAL_HOURS = {12: 12, 1: 13, 2: 14, 3: 15, 4: 16, 5: 17}


@dataclass(frozen=True)
class Moment:
    """When something is: at some time between two instants (time zone aware), which are equal where it is exact."""

    earliest: datetime
    latest: datetime

    @property
    def is_exact(self) -> bool:
        """Whether the hour is known."""
        return self.earliest == self.latest

    @property
    def day(self) -> date | None:
        """The one day on which it is, or None where it may be on several."""
        return self.earliest.date() if self.earliest.date() == self.latest.date() else None

    def until(self, now: datetime) -> Moment | None:
        """What of it lies in the past, or None."""
        return Moment(self.earliest, min(self.latest, now)) if self.earliest <= now else None

    def since(self, now: datetime) -> Moment | None:
        """What of it lies in the future, or None."""
        return Moment(max(self.earliest, now), self.latest) if self.latest >= now else None


@dataclass(frozen=True)
class Clock:
    """An hour as it was said: "at 4" may be in the morning or in the afternoon."""

    hour: int
    minute: int
    half: str = ""  # "am", "pm" or not said

    def times(self, part: str = "") -> list[time]:
        """The times of day that it can mean, earliest first, beside a part of the day such as "evening"."""
        if self.half or self.hour > 12 or self.hour == 0:
            hour = self.hour % 12 + (12 if self.half == "pm" else 0) if self.half else self.hour
            return [time(hour % 24, self.minute)]
        half = _HALF_OF_DAY.get(part.split(" ")[-1])
        if half is not None:
            noonish = part == "lunch" and self.hour == 11
            return [time(11, self.minute)] if noonish else [time(self.hour % 12 + half, self.minute)]
        return [time(self.hour % 12, self.minute), time(self.hour % 12 + 12, self.minute)]

    def usual(self, part: str, *, in_office_hours: bool) -> list[time]:
        """The likely ones of `times`: two where both are."""
        times = self.times(part)
        usual = (_OFFICE_HOURS if in_office_hours else _SOCIAL_HOURS).get(self.hour)
        return times if len(times) == 1 or usual is None else [time(usual, self.minute)]


def on_days(first: date, last: date, zone: tzinfo | None) -> Moment:
    """From the first minute of one day to the last of another."""
    return Moment(datetime.combine(first, time.min, zone), datetime.combine(last, LAST, zone))


def within_day(day: date, start: time, end: time, zone: tzinfo | None) -> Moment:
    """Between two times of one day."""
    return Moment(datetime.combine(day, start, zone), datetime.combine(day, end, zone))


def shifted(moment: datetime, hours: float) -> datetime:
    """`hours` later, by a clock that nobody changes; in the same zone."""
    later = moment.astimezone(timezone.utc) + timedelta(hours=hours)
    return later.astimezone(moment.tzinfo)
