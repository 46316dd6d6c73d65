"""Free times follow the hours, the rules and what is occupied."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

import pytest

from bot.booking.availability import Why, free_slots, nearest, why_not, within
from bot.booking.schedule import ClosedTime, Schedule, Slot, Step
from tests.support.bookings import NOW, london, schedule, slot, span

NOTHING: frozenset[Step] = frozenset()
TUESDAY, WEDNESDAY = 17, 18


def clocks(schedule: Schedule, slots: Iterable[Slot]) -> list[str]:
    return [schedule.local(slot.starts_at).strftime("%d %H:%M") for slot in slots]


def free(schedule: Schedule, day: int, taken: frozenset[Step] = NOTHING, **options: str) -> list[Slot]:
    since, until = schedule.day(datetime(2026, 11, day).date())
    return list(free_slots(schedule, taken, now=NOW, since=since, until=until, **options))


def occupied(schedule: Schedule, *slots: Slot) -> frozenset[Step]:
    return frozenset(step for slot in slots for step in schedule.steps(slot))


def test_day_is_offered_from_opening_to_the_last_that_ends_in_time() -> None:
    morning = schedule(span("09:00", "10:45"), span("14:00", "15:00"))
    assert clocks(morning, free(morning, TUESDAY)) == [
        "17 09:00",
        "17 09:30",
        "17 10:00",
        "17 14:00",
        "17 14:30",
    ]


def test_consultations_begin_as_far_apart_as_the_step_says() -> None:
    often = schedule(span("09:00", "10:00"), step=timedelta(minutes=10))
    assert clocks(often, free(often, TUESDAY)) == ["17 09:00", "17 09:10", "17 09:20", "17 09:30"]


def test_day_without_hours_has_none() -> None:
    assert free(schedule(), 21) == []


def test_clinic_open_until_midnight_offers_the_last_half_hour() -> None:
    late = schedule((timedelta(hours=23), timedelta(hours=24)))
    assert clocks(late, free(late, TUESDAY)) == ["17 23:00", "17 23:30"]


def test_taken_time_is_not_offered_nor_any_that_overlaps_it() -> None:
    often = schedule(span("09:00", "10:30"), step=timedelta(minutes=15))
    taken = occupied(often, slot(TUESDAY, "09:30"))
    assert clocks(often, free(often, TUESDAY, taken)) == ["17 09:00", "17 10:00"]


def test_buffer_keeps_consultations_apart_on_both_sides() -> None:
    apart = schedule(span("09:00", "11:30"), buffer=timedelta(minutes=15))
    taken = occupied(apart, slot(TUESDAY, "10:00"))
    assert clocks(apart, free(apart, TUESDAY, taken)) == ["17 09:00", "17 11:00"]


def test_notice_is_kept() -> None:
    today = schedule(span("09:00", "11:00"), notice=timedelta(hours=2))
    assert clocks(today, free(today, 16)) == ["16 10:00", "16 10:30"]


def test_horizon_ends_with_its_last_day() -> None:
    near = schedule(horizon_days=1)
    assert clocks(near, list(free_slots(near, NOTHING, now=NOW))[-1:]) == ["17 16:30"]


def test_closed_day_is_not_offered() -> None:
    closed = schedule(closed=[ClosedTime(london(TUESDAY, "00:00"), london(WEDNESDAY, "00:00"))])
    assert free(closed, TUESDAY) == []
    assert len(free(closed, WEDNESDAY)) == 16


def test_closed_hour_takes_every_slot_it_touches() -> None:
    closed = schedule(span("09:00", "11:00"), closed=[ClosedTime(london(17, "09:45"), london(17, "10:00"))])
    assert clocks(closed, free(closed, TUESDAY)) == ["17 09:00", "17 10:00", "17 10:30"]


def two(**rules: object) -> Schedule:
    """Example A works all Tuesday morning, Example B from half past nine, and B is away from ten to eleven."""
    day = TUESDAY % 7 - 2  # Monday is 0
    weeks = {"Example A": {day: [span("09:00", "11:00")]}, "Example B": {day: [span("09:30", "11:30")]}}
    away = ClosedTime(london(TUESDAY, "10:00"), london(TUESDAY, "11:00"), "Example B")
    return schedule(weeks=weeks, closed=[away], **rules)


def test_each_time_is_offered_once_with_the_first_who_is_free() -> None:
    taken = occupied(two(), slot(TUESDAY, "09:30", "Example A"))
    offered = [
        (clock, whose.practitioner) for whose in free(two(), TUESDAY, taken) for clock in clocks(two(), [whose])
    ]
    assert offered == [
        ("17 09:00", "Example A"),
        ("17 09:30", "Example B"),
        ("17 10:00", "Example A"),
        ("17 10:30", "Example A"),
        ("17 11:00", "Example B"),
    ]


def test_one_practitioner_is_offered_in_their_hours_and_closures() -> None:
    assert clocks(two(), free(two(), TUESDAY, practitioner="Example B")) == ["17 09:30", "17 11:00"]


def test_nearest_are_those_around_the_wish() -> None:
    taken = occupied(schedule(), slot(TUESDAY, "15:00"))
    near = nearest(schedule(), taken, london(TUESDAY, "15:00"), now=NOW, most=3)
    assert clocks(schedule(), near) == ["17 14:30", "17 15:30", "17 16:00"]


def test_nearest_reach_over_closed_days_and_into_the_next_week() -> None:
    near = nearest(schedule(), NOTHING, london(22, "00:00"), now=NOW, most=4)
    assert clocks(schedule(), near) == ["20 15:30", "20 16:00", "20 16:30", "23 09:00"]


@pytest.mark.parametrize("wished", [datetime.max, datetime.min])
def test_nearest_to_the_ends_of_the_calendar_are_the_first_and_last(wished: datetime) -> None:
    moment = wished.replace(tzinfo=timezone(timedelta(hours=-1 if wished.year > 1 else 1)))
    expected = ["14 16:30"] if wished.year > 1 else ["16 09:00"]
    assert clocks(schedule(), nearest(schedule(), NOTHING, moment, now=NOW, most=1)) == expected
    assert why_not(schedule(), NOTHING, moment, now=NOW) == (
        Why.BEYOND_HORIZON if wished.year > 1 else Why.PAST
    )


def test_full_calendar_has_nothing_near() -> None:
    short = schedule(horizon_days=2)
    everything = occupied(short, *free_slots(short, NOTHING, now=NOW))
    assert nearest(short, everything, london(TUESDAY, "12:00"), now=NOW) == []


def test_wished_windows_are_filled_in_their_order_and_none_twice() -> None:
    wednesday = (london(WEDNESDAY, "16:00"), london(WEDNESDAY, "18:00"))
    tuesday = (london(TUESDAY, "15:30"), london(TUESDAY, "16:30"))
    found = within(schedule(), NOTHING, [wednesday, tuesday, tuesday], now=NOW, most=5)
    assert clocks(schedule(), found) == ["18 16:00", "18 16:30", "17 15:30", "17 16:00"]


def test_no_more_are_found_than_asked_for() -> None:
    week = (london(TUESDAY, "00:00"), london(20, "00:00"))
    assert clocks(schedule(), within(schedule(), NOTHING, [week], now=NOW, most=2)) == ["17 09:00", "17 09:30"]


@pytest.mark.parametrize(
    ("wished", "why"),
    [
        (london(13, "10:00"), Why.PAST),
        (london(15, "10:00", month=12), Why.BEYOND_HORIZON),
        (london(16, "10:00", year=2036), Why.BEYOND_HORIZON),
        (london(21, "10:00"), Why.CLOSED),
        (london(TUESDAY, "08:30"), Why.CLOSED),
        (london(TUESDAY, "16:45"), Why.CLOSED),
        (london(19, "10:00"), Why.CLOSED),
        (london(16, "09:00"), None),
        (london(TUESDAY, "10:10"), Why.BETWEEN),
        (london(TUESDAY, "11:00"), Why.TAKEN),
        (london(TUESDAY, "11:30"), None),
    ],
)
def test_reason_is_given_for_a_time_that_cannot_be_had(wished: datetime, why: Why | None) -> None:
    closed = schedule(closed=[ClosedTime(london(19, "00:00"), london(20, "00:00"))])
    assert why_not(closed, occupied(closed, slot(TUESDAY, "11:00")), wished, now=NOW) is why


def test_time_within_the_notice_is_too_soon() -> None:
    assert why_not(schedule(), NOTHING, london(16, "09:30"), now=london(16, "09:00")) is Why.TOO_SOON


def test_reason_among_several_practitioners_is_that_of_the_nearest_to_having_time() -> None:
    taken = occupied(two(), slot(TUESDAY, "10:00", "Example A"))
    assert why_not(two(), taken, london(TUESDAY, "10:00"), now=NOW) is Why.TAKEN
    assert why_not(two(), taken, london(TUESDAY, "10:00"), now=NOW, practitioner="Example B") is Why.CLOSED
    assert why_not(two(), NOTHING, london(TUESDAY, "10:00"), now=NOW) is None


def test_practitioner_nobody_knows_is_never_there() -> None:
    assert why_not(two(), NOTHING, london(TUESDAY, "10:00"), now=NOW, practitioner="Nobody") is Why.CLOSED


def test_clinic_without_hours_takes_no_bookings() -> None:
    closed = schedule(weeks={"": {}})
    assert not closed.takes_bookings
    assert nearest(closed, NOTHING, london(TUESDAY, "10:00"), now=NOW) == []
    assert why_not(closed, NOTHING, london(TUESDAY, "10:00"), now=NOW) is Why.CLOSED


def test_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        why_not(schedule(), NOTHING, datetime(2026, 11, 17, 10), now=NOW)
