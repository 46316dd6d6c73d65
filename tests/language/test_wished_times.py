"""What visitors write for a time, read on Tuesday 24 November 2026 at 10:00 in London, where a clinic is open 9 to 18."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, time, timedelta, timezone
from time import monotonic
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.wish import EVERY_DAY, Ambiguous, Every, Impossible, Wish
from bot.language.wished_times import read_wish
from bot.settings import PROJECT_DIR

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=LONDON)
OPEN = (time(9), time(18))


def read(text: str, now: datetime = NOW, **options):  # type: ignore[no-untyped-def]
    return read_wish(text, now=now, **{"day_first": None, "open_hours": OPEN, **options})


def shown(found: Wish | Ambiguous | Impossible | None) -> str:
    """ "25.11 17:00 - 26.11 00:00", one window beside the other; `=` before the exact moment."""
    if found is None:
        return "none"
    if isinstance(found, Impossible):
        return f"{found.why}: {found.said}"
    if isinstance(found, Ambiguous):
        return f"{found.about}? " + " / ".join(shown(reading) for reading in found.readings)
    if found.exact:
        return f"= {found.exact:%d.%m.%y %H:%M}" + (" past" if found.is_past else "")
    windows = " + ".join(f"{start:%d.%m %H:%M} - {end:%d.%m %H:%M}" for start, end in found.windows[:3])
    more = " ..." if len(found.windows) > 3 else ""
    return windows + more + (" past" if found.is_past else "") + (" soonest" if found.soonest else "")


def day(written: str) -> str:
    start = datetime.strptime(f"{written}.2026", "%d.%m.%Y")
    return f"{start:%d.%m} 00:00 - {start + timedelta(days=1):%d.%m} 00:00"


NORMAL = [
    ("tomorrow", day("25.11")),
    ("today", "24.11 10:00 - 25.11 00:00"),
    ("the day after tomorrow", day("26.11")),
    ("tomorrow after 5", "25.11 17:00 - 26.11 00:00"),
    ("next Tuesday morning", "01.12 05:00 - 01.12 12:00"),
    ("24/11 at 3", "= 24.11.26 15:00"),
    ("the 3rd", day("03.12")),
    ("on the third", day("03.12")),
    ("the 31st", "31.12 00:00 - 01.01 00:00"),
    ("first thing Monday", "30.11 09:00 - 30.11 11:00"),
    ("before noon on Wednesday", "25.11 00:00 - 25.11 12:00"),
    ("between 2 and 4 on friday", "27.11 14:00 - 27.11 16:00"),
    ("Tuesday 1st December between 10am and 12pm", "01.12 10:00 - 01.12 12:00"),
    ("this week", "24.11 10:00 - 30.11 00:00"),
    ("next week", "30.11 00:00 - 07.12 00:00"),
    ("early next week", "30.11 00:00 - 03.12 00:00"),
    ("end of next week", "03.12 00:00 - 07.12 00:00"),
    ("later this week", "25.11 00:00 - 30.11 00:00"),
    ("the week after next", "07.12 00:00 - 14.12 00:00"),
    ("the following week", "30.11 00:00 - 07.12 00:00"),
    ("in two weeks", "08.12 00:00 - 15.12 00:00"),
    ("in a fortnight", "08.12 00:00 - 15.12 00:00"),
    ("within 2 weeks", "24.11 10:00 - 09.12 00:00"),
    ("in 3 days", day("27.11")),
    ("in 2 hours", "24.11 12:00 - 25.11 00:00"),
    ("a week today", day("01.12")),
    ("two weeks tomorrow", day("09.12")),
    ("friday week", day("04.12")),
    ("this weekend", "28.11 00:00 - 30.11 00:00"),
    ("next month", "01.12 00:00 - 01.01 00:00"),
    ("in January", "01.01 00:00 - 01.02 00:00"),
    ("beginning of december", "01.12 00:00 - 11.12 00:00"),
    ("first week of january", "01.01 00:00 - 08.01 00:00"),
    ("last week of november", "24.11 10:00 - 01.12 00:00"),
    ("christmas eve", day("24.12")),
    ("between christmas and new year", "25.12 00:00 - 02.01 00:00"),
    ("Dec 3", day("03.12")),
    ("3rd of December 2026", day("03.12")),
    ("dec 10th, 2026 10am", "= 10.12.26 10:00"),
    ("Thursday, December 10, 2026 at 2:00 PM", "= 10.12.26 14:00"),
    ("2026-12-03", day("03.12")),
    ("2026-12-03T15:00", "= 03.12.26 15:00"),
    ("2026/12/10", day("10.12")),
    ("13/12/26", day("13.12")),
    ("the 10th of next month", day("10.12")),
    ("Friday 4 December at 10.30", "= 04.12.26 10:30"),
    ("on the 21st at quarter past 2", "= 21.12.26 14:15"),
    ("5.30pm", "= 24.11.26 17:30"),
    ("5:30", "= 24.11.26 17:30"),
    ("17:30", "= 24.11.26 17:30"),
    ("2 o'clock", "= 24.11.26 14:00"),
    ("half 4", "= 24.11.26 16:30"),
    ("quarter to 5", "= 24.11.26 16:45"),
    ("10 past 3 tomorrow", "= 25.11.26 15:10"),
    ("noon tomorrow", "= 25.11.26 12:00"),
    ("3", "= 24.11.26 15:00"),
    ("at 9", "= 25.11.26 09:00"),
    ("this evening at 7", "= 24.11.26 19:00"),
    ("tonight", "24.11 18:00 - 25.11 00:00"),
    ("tomorrow lunchtime", "25.11 11:30 - 25.11 14:30"),
    ("after work on thursday", "26.11 17:00 - 27.11 00:00"),
    ("after lunch on the 4th", "04.12 13:00 - 05.12 00:00"),
    ("friday, 10 at the earliest", "27.11 10:00 - 28.11 00:00"),
    ("by friday", "24.11 10:00 - 28.11 00:00"),
    ("no later than 15 december", "24.11 10:00 - 16.12 00:00"),
    ("before my wedding on 12 December", "24.11 10:00 - 12.12 00:00"),
    ("from monday to wednesday", "30.11 00:00 - 03.12 00:00"),
    ("3rd to 7th december", "03.12 00:00 - 08.12 00:00"),
    ("Thursday or Friday afternoon", "26.11 12:00 - 26.11 18:00 + 27.11 12:00 - 27.11 18:00"),
    ("tomorrow at 3 or 4", "25.11 15:00 - 25.11 15:30 + 25.11 16:00 - 25.11 16:30"),
    ("tomorrow at noon or friday at 4", "25.11 12:00 - 25.11 12:30 + 27.11 16:00 - 27.11 16:30"),
    ("Monday morning or Wednesday", "25.11 00:00 - 26.11 00:00 + 30.11 05:00 - 30.11 12:00"),
    ("tomorrow or the day after", "25.11 00:00 - 27.11 00:00"),
    ("as soon as possible", "24.11 10:00 - 22.02 00:00 soonest"),
    ("the earliest you have next week", "30.11 00:00 - 07.12 00:00 soonest"),
    ("No, actually make it Thursday at 10", "= 26.11.26 10:00"),
    ("I'd like to book a consultation for Friday at 2pm please", "= 27.11.26 14:00"),
    ("I can't do Wednesday, how about Friday?", day("27.11")),
    ("move it from Thursday to Friday", day("27.11")),
    ("instead of Monday, Wednesday 2 December?", day("02.12")),
    ("not before 10 on Friday", "27.11 10:00 - 28.11 00:00"),
    ("yesterday", f"{day('23.11')} past"),
    ("last friday", f"{day('20.11')} past"),
    ("20 november", f"{day('20.11')} past"),
    ("3/12/2020", f"{day('03.12')} past"),
    ("today at 9", "= 24.11.26 09:00 past"),
    ("3 December 2036 at 3pm", "= 03.12.36 15:00"),
    ("Could you squeeze me in this Friday around lunchtime?", "27.11 11:30 - 27.11 14:30"),
    ("I'm away until the 10th", "11.12 00:00 - 22.02 00:00"),
    ("before the end of the month", "24.11 10:00 - 01.12 00:00"),
    ("next available saturday please", f"{day('28.11')} soonest"),
    ("Wed or Thurs next week, afternoon if possible", "02.12 12:00 - 02.12 18:00 + 03.12 12:00 - 03.12 18:00"),
    ("nine thirty tomorrow", "= 25.11.26 09:30"),
    ("how about 11.30 instead", "= 24.11.26 11:30"),
    ("wednesday please around 1ish", "= 25.11.26 13:00"),
    ("5th of Janurary", "05.01 00:00 - 06.01 00:00"),
    ("not thursday, friday", day("27.11")),
    ("4pm works", "= 24.11.26 16:00"),
    ("are you free on sunday?", day("29.11")),
]
HURRIED = [
    ("Thurs pm", "26.11 12:00 - 27.11 00:00"),
    ("tmrw arvo", "25.11 12:00 - 25.11 18:00"),
    ("2moro @ 5", "= 25.11.26 17:00"),
    ("wendesday", day("25.11")),
    ("frday 3pm", "= 27.11.26 15:00"),
    ("satday", day("28.11")),
    ("nxt wk", "30.11 00:00 - 07.12 00:00"),
    ("nxt tues pm", "01.12 12:00 - 02.12 00:00"),
    ("hi can i come in tmrw at 5 or 6", "25.11 17:00 - 25.11 17:30 + 25.11 18:00 - 25.11 18:30"),
    ("fri 9-11", "27.11 09:00 - 27.11 11:00"),
    ("11-2pm tomorrow", "25.11 11:00 - 25.11 14:00"),
    ("Friday 3", "= 27.11.26 15:00"),
    ("9 or 10 tomorrow", "25.11 09:00 - 25.11 09:30 + 25.11 10:00 - 25.11 10:30"),
    ("9ish", "= 25.11.26 09:00"),
    ("fri 1300hrs", "= 27.11.26 13:00"),
    ("1st Dec 2pm", "= 01.12.26 14:00"),
    ("13.12.2026 15.30", "= 13.12.26 15:30"),
    ("wk of 7 dec", "07.12 00:00 - 14.12 00:00"),
    ("sat 5th", day("05.12")),
    ("sat or sun?", f"{day('28.11')} + {day('29.11')}"),
    ("morning! can I book for tmrw", day("25.11")),
    ("12th", day("12.12")),
    ("now", "24.11 10:00 - 22.02 00:00 soonest"),
]
UNCLEAR = [
    ("12/01", f"day? 12.01 00:00 - 13.01 00:00 / {day('01.12')}"),
    ("next thursday", f"day? {day('03.12')} / {day('26.11')}"),
    ("tuesday at 3", "day? = 24.11.26 15:00 / = 01.12.26 15:00"),
    ("next weekend", "day? 05.12 00:00 - 07.12 00:00 / 28.11 00:00 - 30.11 00:00"),
    ("Monday 25 December", f"day? {day('25.12')} / {day('28.12')}"),
    ("monday 9th", f"day? {day('09.12')} / {day('07.12')}"),
    ("tomorrow at 7", "hour? = 25.11.26 07:00 / = 25.11.26 19:00"),
    ("31/2", "no_such_day: 31/2"),
    ("the 32nd", "no_such_day: 32nd"),
    ("31 september", "no_such_day: 31 september"),
    ("29 february 2027", "no_such_day: 29 february 2027"),
    ("monday the 40th", "no_such_day: monday the 40th"),
    ("0/5", "no_such_day: 0/5"),
    ("in 9999 years", "no_such_day: in 9999 years"),
    ("at 25:00", "no_such_hour: 25:00"),
    ("10:75", "no_such_hour: 10:75"),
    ("tomorrow at 25", "no_such_hour: 25"),
]
NO_WISHES = [
    "", " ", "yes", "no", "next", "later", "may I come", "June",
    "April May", "my name is April May", "I'm Wednesday Addams", "My name is June Summers",
    "07700 900123", "+44 7700 900123", "call me on 020 7946 0018", "my number is 07.12.34.56.78",
    "june.may3@example.com", "https://example.com/2026/12/03",
    "I'm 34", "I am 34 years old", "2 sessions", "3-4 sessions", "I need 3 sessions", "I have 2 kids", "price for 3?",
    "after 2 sessions", "50/50", "24/7", "9/10 pain", "£50", "My code is AB12CD",
    "Good morning, I'd like to book", "good evening", "have a nice evening",
    "I had microneedling on Monday", "it started 3 days ago", "since Monday", "I've had acne for 2 weeks",
    "2 weeks after my session", "every 4 weeks", "how long does it take? 30 minutes?",
    "can I wear makeup tomorrow?", "can I go to the gym at 5", "my wedding is on 12 June", "are you open on Saturday?",
    "DOB 12/03/1985",
    "I was born on 3/12/1990",
    "I live at 12 May Street",
    "do you work weekends",
    "option 2",
    "the first one",
    "SELECT * FROM bookings WHERE time='3'", "😀😀", "'; DROP TABLE",
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [*NORMAL, *HURRIED, *UNCLEAR])
def test_wish_is_read(text: str, expected: str) -> None:
    assert shown(read(text)) == expected


@pytest.mark.parametrize("text", NO_WISHES)
def test_message_without_a_wish_has_none(text: str) -> None:
    assert shown(read(text)) == "none"


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("any weekend", Every(frozenset({5, 6}))),
        ("any day", Every()),
        ("anytime", Every()),
        ("mornings only", Every(EVERY_DAY, time(5), time(12))),
        ("not in the morning", Every(EVERY_DAY, time(12))),
        ("weekday evenings", Every(frozenset(range(5)), time(17))),
        ("mon-fri after 5", Every(frozenset(range(5)), time(17))),
        ("Mondays or Wednesdays, mornings", Every(frozenset({0, 2}), time(5), time(12))),
        ("any day but Monday", Every(EVERY_DAY - {0})),
        ("not mondays", Every(EVERY_DAY - {0})),
        ("friday doesn't work", Every(EVERY_DAY - {4})),
        ("any time after 3 except wednesdays", Every(EVERY_DAY - {2}, time(15))),
        ("not before Friday", Every()),
        ("not after 3", Every(EVERY_DAY, time.min, time(15))),
        ("i finish work at 5", Every(EVERY_DAY, time(17))),
        ("2-4pm", Every(EVERY_DAY, time(14), time(16))),
    ],
)
def test_kind_of_time_is_kept_beside_its_windows(text: str, every: Every) -> None:
    wish = read(text)
    assert isinstance(wish, Wish)
    assert wish.every == every
    assert all(start.weekday() in every.weekdays for start, _ in wish.windows)
    assert wish.windows[-1][1] <= datetime(2027, 2, 22, tzinfo=LONDON)


def test_lower_bound_leaves_the_days_before_out() -> None:
    wish = read("not before Friday")
    assert isinstance(wish, Wish)
    assert wish.windows[0][0] == datetime(2026, 11, 27, tzinfo=LONDON)


def test_day_that_is_excluded_has_no_window() -> None:
    wish = read("not tomorrow")
    assert isinstance(wish, Wish)
    assert date(2026, 11, 25) not in {start.date() for start, _ in wish.windows}


@pytest.mark.parametrize(
    ("day_first", "expected"),
    [(True, "12.01 00:00 - 13.01 00:00"), (False, day("01.12"))],
)
def test_order_of_day_and_month_is_the_clinics(day_first: bool, expected: str) -> None:
    assert shown(read("12/01", day_first=day_first)) == expected
    assert shown(read("24/12", day_first=day_first)) == shown(read("24 December"))


def test_other_order_beyond_the_horizon_is_not_asked_back() -> None:
    assert shown(read("12/01", horizon_days=30)) == day("01.12")


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ((time(7), time(15)), "= 25.11.26 07:00"),
        ((time(10), time(20)), "= 25.11.26 19:00"),
        ((time(7), time(20)), "hour? = 25.11.26 07:00 / = 25.11.26 19:00"),
        (None, "hour? = 25.11.26 07:00 / = 25.11.26 19:00"),
    ],
)
def test_opening_hours_tell_morning_from_evening(hours: tuple[time, time] | None, expected: str) -> None:
    assert shown(read("tomorrow at 7", open_hours=hours)) == expected


def test_hour_without_a_day_is_on_the_day_spoken_of_before() -> None:
    assert shown(read("at 3", on=date(2026, 12, 4))) == "= 04.12.26 15:00"
    assert shown(read("what about the week after?", on=date(2026, 12, 4))) == "07.12 00:00 - 14.12 00:00"


def test_hour_of_the_clock_is_the_clinics_on_both_sides_of_a_change() -> None:
    before, after = (
        read(text, datetime(2026, 3, 27, 12, tzinfo=LONDON)) for text in ("tomorrow at 9", "monday at 9")
    )
    assert isinstance(before, Wish)
    assert isinstance(after, Wish)
    hours = [wish.exact.astimezone(timezone.utc).hour for wish in (before, after) if wish.exact]
    assert hours == [9, 8]


def test_hour_that_the_clocks_leave_out_is_an_hour_later() -> None:
    wish = read("tomorrow at 1:30am", datetime(2026, 3, 28, 12, tzinfo=LONDON))
    assert isinstance(wish, Wish)
    assert wish.exact == datetime(2026, 3, 29, 2, 30, tzinfo=LONDON)


def test_day_on_which_the_clocks_change_is_whole() -> None:
    for now, hours in ((datetime(2026, 3, 28, 12), 23), (datetime(2026, 10, 24, 12), 25)):
        wish = read("tomorrow", now.replace(tzinfo=LONDON))
        assert isinstance(wish, Wish)
        ((start, end),) = wish.windows
        assert (end.timestamp() - start.timestamp()) / 3600 == hours


def test_library_of_dates_is_imported_only_for_dates() -> None:
    code = (
        "import sys, datetime as d; from bot.language.wished_times import read_wish as r\n"
        "now = d.datetime(2026, 11, 24, 10, tzinfo=d.timezone.utc)\n"
        "r('tomorrow at 5', now=now, day_first=True); print('dateparser' in sys.modules)\n"
        "r('3 December', now=now, day_first=True); print('dateparser' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_DIR, capture_output=True, text=True, check=True
    )  # noqa: S603
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.parametrize(
    "text", ["3/4 " * 500, "in 2 " * 400, "monday " * 280, "between 1 and " * 140, "the 3rd " * 250]
)
def test_endless_list_of_times_is_given_up_at_once(text: str) -> None:
    started = monotonic()
    assert read(text) is None
    assert monotonic() - started < 1


WORDS = (
    "tomorrow monday sat next week last this 3 12 at after before between and or - / 31/2 04/05 5pm 9ish any weekend not "
    "every morning evenings the 3rd 32nd dec may 2026 in two weeks hours from to until until 25:00 half quarter 10 first "
    "thing as soon as possible except , . ? today now of on beginning end friday doesn't work noon midnight 2-4 year"
).split()
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))
ZONES = st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)),
    at=MOMENTS,
    zone=ZONES,
    day_first=st.sampled_from([True, False, None]),
    hours=st.sampled_from([None, OPEN, (time(7), time(21))]),
)
def test_whatever_is_written_windows_are_ordered_and_aware(
    text: str, at: datetime, zone: str, day_first: bool | None, hours: tuple[time, time] | None
) -> None:
    now = at.replace(tzinfo=ZoneInfo(zone))
    found = read_wish(text, now=now, day_first=day_first, open_hours=hours)
    wishes = [found] if isinstance(found, Wish) else found.readings if isinstance(found, Ambiguous) else ()
    for wish in wishes:
        starts = [start.timestamp() for start, _ in wish.windows]
        assert starts == sorted(starts)
        assert wish.windows
        assert all(start.tzinfo == end.tzinfo == now.tzinfo for start, end in wish.windows)
        assert all(start.timestamp() < end.timestamp() for start, end in wish.windows)
        assert not isinstance(found, Ambiguous) or len(found.readings) > 1
