"""When the treatment was or will be, and when they want to do what they ask about."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.moments import find_moments
from bot.language.time_intervals import Moment

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 9, 8, 14, 30, tzinfo=LONDON)  # a Tuesday


def span(moment: Moment | None) -> str:
    """ "Mon 7 10:00" or "Mon 7 00:00 - Mon 7 23:59"."""
    if moment is None:
        return ""
    ends = [f"{at:%a} {at.day} {at:%H:%M}" for at in (moment.earliest, moment.latest)]
    return ends[0] if moment.is_exact else " - ".join(ends)


def day(name: str) -> str:
    return f"{name} 00:00 - {name} 23:59"


@pytest.mark.parametrize(
    ("text", "treatment"),
    [
        # lengths
        ("I was needled 36 hours ago", "Mon 7 02:30"),
        ("36hrs since my appt", "Mon 7 02:30"),
        ("half an hour ago, how long now", "Tue 8 14:00"),
        ("two and a half hours since the needling", "Tue 8 12:00"),
        ("done an hour and a half ago", "Tue 8 13:00"),
        ("3 days ago, can I use a scrub", day("Sat 5")),
        ("it's been 10 days, can I exfoliate", day("Sat 29")),
        ("had my session a fortnight ago", day("Tue 25")),
        ("6 days post needling", day("Wed 2")),
        ("Five days on. Scrub?", day("Thu 3")),
        ("3 or 4 days ago I had it", "Fri 4 00:00 - Sat 5 23:59"),
        ("had it a couple of days ago", "Sat 5 00:00 - Sun 6 23:59"),
        ("nearly 24 hours since my treatment", "Mon 7 14:31 - Mon 7 19:18"),
        ("more than 24 hours since my treatment", "Mon 7 02:30 - Mon 7 14:30"),
        ("a week and a half since needling", "Fri 28 20:30 - Sat 29 08:30"),
        ("24 hours. makeup?", "Mon 7 14:30"),
        # days
        ("I had it done yesterday morning, makeup today?", "Mon 7 05:00 - Mon 7 12:00"),
        ("yday. slap on?", day("Mon 7")),
        ("day before yesterday I had my treatment", day("Sun 6")),
        ("had it last nite at 9", "Mon 7 21:00"),
        ("ystrdy 2pm needling", "Mon 7 14:00"),
        ("treated yesturday at half past five", "Mon 7 17:30"),
        ("treated at quarter past nine this morning", "Tue 8 09:15"),
        ("treated yesterday at twenty to four", "Mon 7 15:40"),
        ("treated at midday", "Tue 8 12:00"),
        ("yesterday my sister had microneedling at your place at 18:00", "Mon 7 18:00"),
        ("earlier today I had my second session", "Tue 8 00:00 - Tue 8 14:30"),
        ("just had it done", "Tue 8 11:30 - Tue 8 14:30"),
        ("day 5, flaky", "Thu 3 00:00 - Fri 4 23:59"),
        ("its the 3rd day since needling", "Sat 5 00:00 - Sun 6 23:59"),
        # days of the week
        ("I was treated on Sunday", day("Sun 6")),
        ("treated wed, scrub now?", day("Wed 2")),
        ("needled last thursday", day("Thu 3")),
        ("needled last monday", "Mon 31 00:00 - Mon 7 23:59"),
        ("a week ago today, at ten in the morning, I had it", "Tue 1 10:00"),
        ("we had it done a week ago yesterday", day("Mon 31")),
        ("three fridays ago I had it", day("Fri 21")),
        ("had it last week, on Friday", day("Fri 4")),
        ("Tuesday last week was my treatment", day("Tue 1")),
        ("no makeup since the weekend bc of my needling", "Sat 5 00:00 - Sun 6 23:59"),
        ("had it the weekend before last", "Sat 29 00:00 - Sun 30 23:59"),
        ("had it last week", "Mon 31 00:00 - Sun 6 23:59"),
        ("Saturday just gone I had it", day("Sat 5")),
        # dates
        ("had it on the 3rd", day("Thu 3")),
        ("had it on 28 August", day("Fri 28")),
        ("needled on Aug 28th at 3pm", "Fri 28 15:00"),
        ("treated on the second of september", day("Wed 2")),
        ("2026-09-07 08:00 was my treatment", "Mon 7 08:00"),
        ("needling was 25/8 at 4pm", "Tue 25 16:00"),
        ("needling back in July", "Wed 1 00:00 - Fri 31 23:59"),
        # to come
        ("booked thursday 2pm, wedding friday at noon", "Thu 10 14:00"),
        ("tmrw @ 3pm im in 4 needling", "Wed 9 15:00"),
        ("my session is on the 18th at 3pm, a shoot on the 19th", "Fri 18 15:00"),
        ("needling next week on monday, scrub when?", day("Mon 14")),
        ("appointment Thursday week at 9am, when can I scrub", "Thu 17 09:00"),
        ("my appointment moved from Thursday to Friday at 3pm", "Fri 11 15:00"),
        ("wedding on the 26th, needling two days before", day("Thu 24")),
        ("first session 3 weeks ago and my second on Sunday, scrub?", day("Sun 6")),
        ("came in at 10 this morning, out by 11", "Tue 8 11:00"),
        # no telling
        ("I had it the other day", ""),
        ("had it recently", ""),
        ("It was a while back that I had it", ""),
        ("had it on Monday the 40th", ""),
        ("had it on Wednesday 7 September", ""),
        ("had it 31 Feb", ""),
        ("needling on 10/9 at 3pm", ""),  # the 9th of October for some
        ("I rang you on Friday", ""),
        ("I got sunburnt yesterday", ""),
        ("by Friday it will be 8 days since I had it", ""),
        ("do I really have to wait 24 hours", ""),
        ("it's now three in the afternoon", ""),
        ("Good morning", ""),
        ("", ""),
    ],
)
def test_treatment_is_when_the_message_says(text: str, treatment: str) -> None:
    assert span(find_moments(text, NOW).treatment) == treatment


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("had it at 11 this morning, mascara tonight?", "Tue 8 18:00 - Tue 8 23:59"),
        ("had it this morning, foundation tomorrow night?", "Wed 9 18:00 - Wed 9 23:59"),
        ("came out an hour ago, zoom at 4", "Tue 8 16:00"),
        ("had it yesterday, can I wear it in the morning?", "Wed 9 05:00 - Wed 9 12:00"),
        ("my wedding is on Saturday and I'm booked Thursday", day("Sat 12")),
        ("needling Friday 4pm, christening Sunday 11am", "Sun 13 11:00"),
        ("appointment tomorrow at 10, prom at 7 in the evening", "Wed 9 19:00"),
        ("had it saturday, exfoliate next week?", "Mon 14 00:00 - Sun 20 23:59"),
        ("had it 5 days ago, scrub at the weekend?", "Sat 12 00:00 - Sun 13 23:59"),
        ("had it today at 9, getting married in 2 days", day("Thu 10")),
        ("booked in for friday, makeup two days later?", day("Sun 13")),
        ("needling friday, party the next evening", "Sat 12 17:00 - Sat 12 23:59"),
        ("scrub on Friday? I had it last week", day("Fri 11")),
        ("had needling monday, interview sat, concealer?", day("Sat 12")),
        ("treated yesterday at 1pm, makeup today?", ""),
        ("treated yesterday at 1pm, I woke up at 4 sore", ""),
        ("treated on Sunday, I can never sit in the sun", ""),
    ],
)
def test_wanted_is_when_they_want_to_do_it_and_otherwise_now(text: str, wanted: str) -> None:
    assert span(find_moments(text, NOW).wanted) == wanted


def test_time_from_a_treatment_without_a_day_is_an_offset() -> None:
    moments = find_moments("can I wear makeup two days after needling?", NOW)
    assert moments.treatment is moments.wanted is None
    assert moments.offset is not None
    assert (moments.offset.low, moments.offset.high) == (48, 48)


def test_what_was_done_too_early_already_is_not_asked_about() -> None:
    assert (
        find_moments("treated yesterday at 9am, I put foundation on last night, is that bad", NOW).treatment
        is None
    )


@pytest.mark.parametrize(
    ("now", "text", "treatment"),
    [
        (datetime(2026, 3, 1, 9, 0), "had it two days ago", "27.02. 00:00"),
        (datetime(2024, 3, 1, 9, 0), "had it yesterday at 3pm", "29.02. 15:00"),
        (datetime(2027, 1, 1, 9, 0), "had it on 31 December at 2pm", "31.12. 14:00"),
        (datetime(2026, 12, 30, 9, 0), "needling on January 2nd at 2pm", "02.01. 14:00"),
        (datetime(2026, 9, 8, 23, 59), "had it at 9 this morning", "08.09. 09:00"),
        (datetime(2026, 9, 8, 23, 59), "needling tomorrow at 9am", "09.09. 09:00"),
        (datetime(2026, 9, 9, 0, 5), "had it yesterday at 5pm", "08.09. 17:00"),
        (datetime(2026, 1, 31, 12, 0), "my session is on the 30th at 2pm", "30.03. 14:00"),
        (datetime(2026, 1, 31, 12, 0), "I had my session on the 30th at 2pm", "30.01. 14:00"),
    ],
)
def test_borders_of_days_months_and_years_are_crossed(now: datetime, text: str, treatment: str) -> None:
    found = find_moments(text, now.replace(tzinfo=LONDON)).treatment
    assert found is not None
    assert f"{found.earliest:%d.%m. %H:%M}" == treatment


def test_hours_ago_are_counted_across_a_change_of_the_clocks() -> None:
    now = datetime(2026, 10, 25, 9, 0, tzinfo=LONDON)  # the night before had 25 hours
    found = find_moments("I was needled 12 hours ago", now).treatment
    assert found is not None
    assert f"{found.earliest:%d %H:%M}" == "24 22:00"


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia"])
def test_days_are_those_of_the_clinics_zone(zone: str) -> None:
    now = datetime(2026, 9, 8, 23, 0, tzinfo=ZoneInfo(zone))
    found = find_moments("treated at 2pm today", now).treatment
    assert found == Moment(*[datetime(2026, 9, 8, 14, 0, tzinfo=ZoneInfo(zone))] * 2)


@pytest.mark.parametrize(
    "filler", ["My skin is fine and I slept well, thank you. ", "🤞 ", "lorem ipsum dolor "]
)
def test_time_is_found_in_a_message_of_a_thousand_characters(filler: str) -> None:
    around = filler * (500 // len(filler))
    found = find_moments(f"{around}I had my needling yesterday at 9am. {around}Makeup?", NOW)
    assert span(found.treatment) == "Mon 7 09:00"


@pytest.mark.parametrize(
    "text", ["yesterday " * 200, "1 " * 1000, "at 5 " * 400, "a" * 2000, "half past " * 200, ", " * 1000]
)
def test_nonsense_is_read_quickly(text: str) -> None:
    started = time.perf_counter()
    find_moments(text, NOW)
    assert time.perf_counter() - started < 0.5


@given(
    words=st.lists(
        st.sampled_from(
            "yesterday today tomorrow last next on at in ago since after before the a 1 2 30 31 99 999 half past to hours days"
            " weeks months years monday may 2nd 29th 12/5 29/2 9am 25:99 noon had needling scrub , . ? - and if day 0 ½".split()
        ),
        max_size=25,
    ),
    now=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
)
def test_any_words_of_time_give_moments_in_order_or_none(words: list[str], now: datetime) -> None:
    moments = find_moments(" ".join(words), now.replace(tzinfo=LONDON))
    for moment in (moments.treatment, moments.wanted):
        assert moment is None or moment.latest - moment.earliest >= timedelta()
