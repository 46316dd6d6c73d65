"""Which times are free: computed from the schedule and from what is occupied, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from datetime import date, datetime
from enum import Enum
from itertools import groupby, islice

from bot.booking.days import is_open, slots_of_day
from bot.booking.schedule import DAY, Schedule, Slot, Step, utc

Window = tuple[datetime, datetime]


class Why(Enum):
    """Why a time cannot be had; of several reasons the first one here."""

    PAST = "past"
    BEYOND_HORIZON = "beyond_horizon"
    CLOSED = "closed"
    TOO_SOON = "too_soon"
    BETWEEN = "between"  # the clinic is open, but no consultation begins then
    TAKEN = "taken"


def free_slots(
    schedule: Schedule,
    taken: Set[Step],
    *,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    practitioner: str | None = None,
    latest_first: bool = False,
) -> Iterator[Slot]:
    """The free slots that begin from `since` to before `until`, in order.

    Args:
        taken: what is occupied.
        practitioner: whose; None: of each time one slot, with the first practitioner who is free, in the clinic's order.
    """
    earliest = max(utc(now) + schedule.notice, utc(since or now))
    horizon = schedule.day(schedule.last_day(now))[1]
    latest = min(utc(until), horizon) if until else horizon
    if earliest >= latest:
        return
    first, last = schedule.local(earliest).date(), schedule.local(latest).date()
    for n in range((last - first).days + 1):
        day = last - n * DAY if latest_first else first + n * DAY
        slots = [
            slot for slot in _free_of_day(schedule, taken, day, practitioner) if earliest <= slot.starts_at
        ]
        yield from (slot for slot in slots[:: -1 if latest_first else 1] if slot.starts_at < latest)


def nearest(
    schedule: Schedule,
    taken: Set[Step],
    wished: datetime,
    *,
    now: datetime,
    most: int = 3,
    practitioner: str | None = None,
) -> list[Slot]:
    """The free slots nearest to a wished moment, in order of time; those of one distance: the later first."""
    moment = utc(wished)
    later = free_slots(schedule, taken, now=now, since=moment, practitioner=practitioner)
    earlier = free_slots(schedule, taken, now=now, until=moment, practitioner=practitioner, latest_first=True)
    around = [*islice(later, most), *islice(earlier, most)]
    chosen = sorted(around, key=lambda slot: abs(slot.starts_at - moment))[:most]
    return sorted(chosen, key=lambda slot: slot.starts_at)


def within(
    schedule: Schedule,
    taken: Set[Step],
    windows: Iterable[Window],
    *,
    now: datetime,
    most: int = 3,
    practitioner: str | None = None,
) -> list[Slot]:
    """The first free slots that begin in one of the windows, in the windows' order; none twice."""
    found: dict[Slot, None] = {}
    for since, until in windows:
        slots = free_slots(schedule, taken, now=now, since=since, until=until, practitioner=practitioner)
        found |= dict.fromkeys(islice((slot for slot in slots if slot not in found), most - len(found)))
    return list(found)


def why_not(
    schedule: Schedule,
    taken: Set[Step],
    wished: datetime,
    *,
    now: datetime,
    practitioner: str | None = None,
) -> Why | None:
    """Why nobody can be booked to begin then; None where it is free. Of several practitioners: why the best of them cannot."""
    names = schedule.weeks if practitioner is None else [practitioner]
    reasons = [_obstacle(schedule, taken, utc(wished), name, utc(now)) for name in names]
    if None in reasons:
        return None
    return max((reason for reason in reasons if reason), key=list(Why).index)


def _obstacle(
    schedule: Schedule, taken: Set[Step], wished: datetime, practitioner: str, now: datetime
) -> Why | None:
    if wished < now:
        return Why.PAST
    if wished >= schedule.day(schedule.last_day(now))[1]:
        return Why.BEYOND_HORIZON
    slot = schedule.slot(wished, practitioner)
    if not is_open(schedule, slot):
        return Why.CLOSED
    if wished < now + schedule.notice:
        return Why.TOO_SOON
    if slot not in slots_of_day(schedule, schedule.local(wished).date(), practitioner):
        return Why.BETWEEN
    return None if _is_free(schedule, taken, slot) else Why.TAKEN


def _free_of_day(schedule: Schedule, taken: Set[Step], day: date, practitioner: str | None) -> list[Slot]:
    names = schedule.weeks if practitioner is None else [practitioner]
    slots = [slot for name in names for slot in slots_of_day(schedule, day, name)]
    free = [slot for slot in slots if _is_free(schedule, taken, slot)]
    free.sort(key=lambda slot: slot.starts_at)  # keeps the practitioners' order
    return [next(same) for _, same in groupby(free, key=lambda slot: slot.starts_at)]


def _is_free(schedule: Schedule, taken: Set[Step], slot: Slot) -> bool:
    return taken.isdisjoint(schedule.steps(slot))
