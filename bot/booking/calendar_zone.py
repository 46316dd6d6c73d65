"""The rules of a time zone as RFC 5545 writes them (3.6.5): when its clocks change, around given years.

The library's own (`icalendar.Timezone.from_tzinfo`, 7.3.0) gives the hour after a change where the RFC wants the hour before
it, so that a strict reader changes an hour late.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ALWAYS = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Change:
    """A change of the clocks: `onset` by the clock before it, and the distances from UTC before and after."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool


def time_zone_rules(zone: ZoneInfo, first_year: int, last_year: int) -> Timezone:
    """The VTIMEZONE for moments in these years; it begins a year earlier and ends a year later."""
    rules = Timezone()
    rules.add("tzid", zone.key)
    changes = _changes(zone.key, first_year - 1, last_year + 1)
    for alike in _alike(changes):
        for observance in _observances(alike):
            rules.add_component(observance)
    if not changes:
        rules.add_component(_unchanging(zone, first_year))
    return rules


@lru_cache(maxsize=32)
def _changes(key: str, first_year: int, last_year: int) -> list[Change]:
    zone = ZoneInfo(key)
    day, end = (
        datetime(first_year, 1, 1, tzinfo=timezone.utc),
        datetime(last_year + 1, 1, 1, tzinfo=timezone.utc),
    )
    found = []
    while day < end:
        following = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            found.append(_change(zone, day, following))
        day = following
    return found


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> Change:
    """Halve the day until the second of the change is found."""
    offset = _offset(before.astimezone(zone))
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _offset(middle.astimezone(zone)) == offset:
            before = middle
        else:
            after = middle
    changed = after.astimezone(zone)
    onset = (after + offset).replace(tzinfo=None)
    return Change(onset, offset, _offset(changed), changed.tzname() or "", bool(changed.dst()))


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta(0)


def _alike(changes: list[Change]) -> Iterator[list[Change]]:
    """Those that do the same, year after year."""
    kinds: defaultdict[tuple[timedelta, timedelta, str], list[Change]] = defaultdict(list)
    for change in changes:
        kinds[(change.before, change.after, change.name)].append(change)
    yield from kinds.values()


def _observances(changes: list[Change]) -> Iterator[TimezoneStandard | TimezoneDaylight]:
    """One with a rule where there is a rule, else one for each change."""
    rule = _rule(changes)
    for change in changes[:1] if rule else changes:
        observance = TimezoneDaylight() if change.is_summer else TimezoneStandard()
        observance.add("dtstart", change.onset)
        if rule:
            observance.add("rrule", rule)
        observance.add("tzoffsetfrom", change.before)
        observance.add("tzoffsetto", change.after)
        observance.add("tzname", change.name)
        yield observance


def _rule(changes: list[Change]) -> dict[str, str | int] | None:
    """ "On the last Sunday in March": None where the years don't agree on one."""
    onsets = [change.onset for change in changes]
    years = [onset.year for onset in onsets]
    if len(onsets) < 3 or years != list(range(years[0], years[0] + len(years))):
        return None
    if len({(onset.month, onset.weekday(), onset.time()) for onset in onsets}) > 1:
        return None
    for weeks in ({_week(onset) for onset in onsets}, {_week_from_end(onset) for onset in onsets}):
        if len(weeks) == 1:
            return {
                "freq": "yearly",
                "bymonth": onsets[0].month,
                "byday": f"{weeks.pop()}{_DAYS[onsets[0].weekday()]}",
            }
    return None


def _week(day: datetime) -> int:
    return (day.day - 1) // 7 + 1


def _week_from_end(day: datetime) -> int:
    return -((monthrange(day.year, day.month)[1] - day.day) // 7 + 1)


def _unchanging(zone: ZoneInfo, year: int) -> TimezoneStandard:
    moment = datetime(year, 1, 1, tzinfo=zone)
    observance = TimezoneStandard()
    observance.add("dtstart", _ALWAYS)
    observance.add("tzoffsetfrom", _offset(moment))
    observance.add("tzoffsetto", _offset(moment))
    observance.add("tzname", moment.tzname() or zone.key)
    return observance
