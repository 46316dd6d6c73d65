"""Whether somebody is at the clinic now, and when they are there next: arithmetic on the hours of `clinic.toml`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from bot.clinic_hours import WEEKDAYS

MOST_DAYS_AHEAD = 366


@dataclass(frozen=True)
class Opening:
    """Whether the clinic is open, and when it opens next; `opens_at` is in the clinic's zone, the present moment if it is open."""

    is_open: bool
    opens_at: datetime


def opening_at(
    moment: datetime,
    *,
    hours: Mapping[str, Sequence[str]],
    zone: ZoneInfo,
    closed_on: Collection[date] = (),
) -> Opening | None:
    """Whether the clinic is open at the moment, and when it opens next; None where no hours lie ahead: nothing can be promised.

    Args:
        moment: with a time zone, any.
        hours: spans such as "09:00-13:00" by weekday ("monday"), in the clinic's own time; a span's end is no longer open.
        closed_on: days on which it is closed whatever the weekday.
    """
    here = moment.astimezone(zone)
    for opens, closes in _spans_from(here.date(), hours, zone, closed_on):
        if opens <= moment < closes:
            return Opening(True, here)
        if opens > moment:
            return Opening(False, opens.astimezone(zone))
    return None


def _spans_from(
    first: date, hours: Mapping[str, Sequence[str]], zone: ZoneInfo, closed_on: Collection[date]
) -> Iterator[tuple[datetime, datetime]]:
    """In order, in UTC: within a zone Python compares what the clock shows, also where it is put forward or back."""
    for ahead in range(MOST_DAYS_AHEAD + 1):
        day = first + timedelta(days=ahead)
        if day in closed_on:
            continue
        for span in sorted(hours.get(WEEKDAYS[day.weekday()], ())):
            opens, _, closes = span.partition("-")
            yield _moment(day, opens, zone), _moment(day, closes, zone)


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(timezone.utc)
