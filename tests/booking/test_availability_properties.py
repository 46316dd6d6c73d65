"""Whatever the hours, the rules and the bookings: what is offered can be had, and nothing else is."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.booking.availability import Why, free_slots, nearest, why_not
from bot.booking.schedule import ClosedTime, Schedule, Slot, Step
from tests.support.bookings import schedule

ZONES = ("Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns")
NAMES = ("Example A", "Example B")
Calendar = tuple[Schedule, list[Slot], datetime, datetime]
# Around the days on which clocks jump, and ordinary ones.
DAYS = st.sampled_from(
    [
        date(2026, 3, 7),
        date(2026, 3, 28),
        date(2026, 6, 1),
        date(2026, 10, 3),
        date(2026, 10, 24),
        date(2026, 10, 31),
    ]
)


def minutes(least: int, most: int, *, of: int = 5) -> st.SearchStrategy[timedelta]:
    return st.integers(least // of, most // of).map(lambda n: timedelta(minutes=of * n))


@st.composite
def moments(draw: st.DrawFn, day: date, *, days: int = 3) -> datetime:
    """Within so many days from the day on."""
    clock = draw(minutes(0, days * 24 * 60, of=1))
    return datetime.combine(day, datetime.min.time(), timezone.utc) + clock


@st.composite
def schedules(draw: st.DrawFn, day: date) -> Schedule:
    spans = st.tuples(minutes(0, 1435, of=1), minutes(5, 1440, of=1)).filter(lambda span: span[0] < span[1])
    hours = st.lists(spans, min_size=1, max_size=2)
    weeks = st.fixed_dictionaries({}, optional=dict.fromkeys(range(7), hours))
    begins, lasts = draw(moments(day)), draw(minutes(1, 600, of=1))
    return schedule(
        zone=draw(st.sampled_from(ZONES)),
        weeks={name: draw(weeks) for name in NAMES},
        length=draw(minutes(5, 120)),
        buffer=draw(minutes(0, 60)),
        notice=draw(minutes(0, 1000, of=1)),
        horizon_days=draw(st.integers(1, 4)),
        step=draw(minutes(5, 90)),
        closed=[ClosedTime(begins, begins + lasts, draw(st.sampled_from(("", *NAMES))))],
    )


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """A schedule, what is booked (at any time, also one that is not offered), the present, and a time that is wished."""
    day = draw(DAYS)
    rules = draw(schedules(day))
    booked = st.builds(rules.slot, moments(day), st.sampled_from(NAMES))
    busy = draw(st.lists(booked, min_size=3, max_size=15))
    return rules, busy, draw(moments(day, days=1)), draw(moments(day))


def steps(rules: Schedule, busy: list[Slot]) -> frozenset[Step]:
    return frozenset(step for slot in busy for step in rules.steps(slot))


def overlap(rules: Schedule, one: Slot, other: Slot) -> bool:
    """Whether one begins before the other, with its buffer, has ended."""
    same = one.practitioner == other.practitioner
    return (
        same and one.starts_at < other.ends_at + rules.buffer and other.starts_at < one.ends_at + rules.buffer
    )


def lies_in_hours(rules: Schedule, slot: Slot) -> bool:
    """By the clock on the wall, which at a change shows less or more than has passed."""
    starts, ends = rules.local(slot.starts_at), rules.local(slot.ends_at)
    midnight = datetime.combine(starts.date(), datetime.min.time())
    begins, finishes = (moment.replace(tzinfo=None) - midnight for moment in (starts, ends))
    spans = rules.weeks[slot.practitioner].get(starts.weekday(), ())
    return any(opens <= begins and finishes <= closes for opens, closes in spans)


@settings(max_examples=300, deadline=None)
@given(calendars())
def test_every_offer_can_be_had(calendar: Calendar) -> None:
    rules, busy, now, _ = calendar
    for name in NAMES:
        offers = list(free_slots(rules, steps(rules, busy), now=now, practitioner=name))
        assert offers == sorted(set(offers), key=lambda slot: slot.starts_at)
        for slot in offers:
            assert slot.ends_at - slot.starts_at == rules.length
            assert not any(overlap(rules, slot, other) for other in busy)
            assert lies_in_hours(rules, slot)
            assert slot.starts_at >= now + rules.notice
            assert rules.local(slot.starts_at).date() <= rules.last_day(now)
            for closed in rules.closed:
                meets = slot.starts_at < closed.ends_at and closed.starts_at < slot.ends_at
                assert not (meets and closed.practitioner in ("", name))
            assert why_not(rules, steps(rules, busy), slot.starts_at, now=now, practitioner=name) is None


@settings(max_examples=150, deadline=None)
@given(calendars())
def test_what_is_free_at_a_wished_time_is_offered(calendar: Calendar) -> None:
    rules, busy, now, wished = calendar
    taken = steps(rules, busy)
    offered = {slot.starts_at for slot in free_slots(rules, taken, now=now)}
    assert (why_not(rules, taken, wished, now=now) is None) == (wished in offered)
    if wished < now:
        assert why_not(rules, taken, wished, now=now) is Why.PAST


@settings(max_examples=150, deadline=None)
@given(calendars(), st.integers(1, 4))
def test_nearest_are_nearer_than_all_others(calendar: Calendar, most: int) -> None:
    rules, busy, now, wished = calendar
    taken = steps(rules, busy)
    offered = list(free_slots(rules, taken, now=now))
    near = nearest(rules, taken, wished, now=now, most=most)
    assert len(near) == min(most, len(offered))
    assert set(near) <= set(offered)
    farthest = max((abs(slot.starts_at - wished) for slot in near), default=timedelta(0))
    assert all(abs(slot.starts_at - wished) >= farthest for slot in set(offered) - set(near))
    backwards = list(free_slots(rules, taken, now=now, latest_first=True))
    assert backwards == offered[::-1]
