"""One day of a practitioner's by the clinic's clock: when consultations begin, whether anybody is in the way or not.

Daylight saving: a local time that a day skips is not offered, one that it has twice is offered once, the first time, and a
consultation lasts its real minutes across the change.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timezone
from zoneinfo import ZoneInfo

from bot.booking.schedule import STEP, Schedule, Slot, Span

MIDNIGHT = time()


def slots_of_day(schedule: Schedule, day: date, practitioner: str) -> list[Slot]:
    """Every slot of the practitioner's, free or not, in which nothing is closed."""
    spans = schedule.weeks.get(practitioner, {}).get(day.weekday(), ())
    starts = {start for span in spans for start in _starts(schedule, day, span)}
    slots = [schedule.slot(start, practitioner) for start in sorted(starts)]
    return [slot for slot in slots if not _is_closed(schedule, slot)]


def _starts(schedule: Schedule, day: date, span: Span) -> Iterator[datetime]:
    midnight = datetime.combine(day, MIDNIGHT)
    opens, closes = span
    last = _instant(midnight + closes, schedule.zone) - schedule.length
    wall = midnight + -(-opens // STEP) * STEP
    while wall < midnight + closes:
        start = _instant(wall, schedule.zone)
        if start <= last and start.astimezone(schedule.zone).replace(tzinfo=None) == wall:
            yield start
        wall += schedule.step


def is_open(schedule: Schedule, slot: Slot) -> bool:
    """Whether it lies within one span of the practitioner's day, and nothing is closed."""
    day = schedule.local(slot.starts_at).date()
    midnight = datetime.combine(day, MIDNIGHT)
    spans = schedule.weeks.get(slot.practitioner, {}).get(day.weekday(), ())
    open_times = [tuple(_instant(midnight + edge, schedule.zone) for edge in span) for span in spans]
    inside = any(opens <= slot.starts_at and slot.ends_at <= closes for opens, closes in open_times)
    return inside and not _is_closed(schedule, slot)


def _is_closed(schedule: Schedule, slot: Slot) -> bool:
    return any(
        closed.practitioner in ("", slot.practitioner)
        and slot.starts_at < closed.ends_at
        and closed.starts_at < slot.ends_at
        for closed in schedule.closed
    )


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clock on the wall shows that: the first of two times; where it is skipped, shortly before (PEP 495)."""
    readings = (wall.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc) for fold in (0, 1))
    return min(readings)
