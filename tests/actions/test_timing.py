"""May they do it yet, and from when: arithmetic on the answers' rules of time, in words of the domain."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from actions.timing import Timing, timing_line
from bot.knowledge.article import read_article
from bot.knowledge.loader import read_folder
from bot.knowledge.period import parse_period
from bot.knowledge.service import Answer
from bot.settings import PROJECT_DIR

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 9, 8, 14, 30, tzinfo=LONDON)  # a Tuesday


def read_rules() -> dict[str, Answer]:
    """The shipped answers that have a rule of time, as the service gives them."""
    article = read_article(PROJECT_DIR / "data" / "articles" / "micro-needling.txt")
    return {
        entry.slug: Answer(
            slug=entry.slug,
            title=entry.title,
            text=entry.body,
            short=entry.short,
            caution=entry.caution,
            sources=[],
            version=1,
            outcome="answered",
            wait=parse_period(entry.wait) if entry.wait else None,
            gone_within=parse_period(entry.gone_within) if entry.gone_within else None,
            right_away=entry.right_away,
        )
        for entry in read_folder(PROJECT_DIR / "data" / "knowledge", article)
    }


ANSWERS = read_rules()
RESPONSES = YAML(typ="safe").load(PROJECT_DIR / "domain.yml")["responses"]


def said(timing: Timing | None) -> str:
    """The verdict, and from when: the hour, or the day after which it is sure."""
    if timing is None:
        return "nothing"
    values = timing.values
    start = (
        f"{values['day']} {values['time']}" if "time" in values else values.get("sure", values.get("day", ""))
    )
    return f"{timing.verdict} {start}".rstrip()


MAKEUP = [
    ("I had it done yesterday morning, makeup today?", "yes"),
    ("treatment was yesterday 1pm can i wear foundation now", "yes"),
    ("treatment was yesterday 3pm can i wear foundation now", "not_yet Tuesday 8 September 15:00"),
    ("had my session at 11 this morning, am i ok for mascara tonight?", "not_yet Wednesday 9 September 11:00"),
    ("finished 20 mins ago, tinted moisturiser?", "not_yet Wednesday 9 September 14:10"),
    ("done last night at 7, makeup for dinner tonight at 8?", "yes Tuesday 8 September 19:00"),
    ("done last night at 7, makeup for dinner tonight at 6?", "not_yet Tuesday 8 September 19:00"),
    ("yday. bit of slap?", "depends Wednesday 9 September"),
    ("just got out of the clinic, makeup for tonight?", "not_yet Thursday 10 September"),
    ("had it a few hours ago, lipstick?", "not_yet Thursday 10 September"),
    ("nearly 24 hours since my treatment, makeup now?", "not_yet"),
    ("36 hrs since my appt. lippy n concealer?", "yes"),
    ("had it over the weekend. lipstick?", "yes"),
    ("my wedding is on Saturday and I'm booked Thursday", "yes Saturday 12 September"),
    ("booked thursday 2pm, wedding friday at noon, makeup?", "not_yet Friday 11 September 14:00"),
    ("needling today at 5, party tomorrow at 8pm", "yes Wednesday 9 September 17:00"),
    ("I have it on Wednesday and my birthday's on Thursday, can I wear makeup?", "depends Friday 11 September"),
    ("treatment on 30 September at 10am, gala 1 October. makeup?", "depends Thursday 1 October 10:00"),
    ("microneedling on December 31st, party on January 2nd, makeup ok?", "yes Saturday 2 January"),
    ("my appointment is on Friday at 10am. When can I wear makeup again?", "not_yet Saturday 12 September 10:00"),
    ("so i had the needling yesturday at like 4ish and tomorow ive got a weding, foundaton?", "yes Tuesday 8 September 16:00"),
    ("hair appointment on Saturday at 10, needling on Thursday at 3pm, makeup for it?", "yes Friday 11 September 15:00"),
    ("can I wear makeup two days after needling?", "yes"),
    ("can I wear makeup straight after my treatment?", "not_yet"),
    ("Can I wear make-up 12 hours after?", "not_yet"),
    ("Can I put on makeup the next day?", "nothing"),
    ("Booked for tomorrow. Can I wear makeup to the appointment?", "nothing"),
    ("Can I wear makeup the day before my treatment on Friday?", "nothing"),
    ("treatment on friday at 4pm, makeup that friday morning?", "nothing"),
    ("I had it the other day, makeup now?", "nothing"),
    ("I put makeup on last night and my treatment was yesterday morning, is that bad?", "nothing"),
    ("do I really have to wait 24 hours for makeup", "nothing"),
    ("when can i wear makeup after microneedling", "nothing"),
    ("My wedding is on Saturday, can I wear makeup?", "nothing"),
    ("99/99/9999 at 77:88 o'clock", "nothing"),
    ("", "nothing"),
]  # fmt: skip
EXFOLIATION = [
    ("3 days ago, can I use a scrub", "not_yet Sunday 13 September"),
    ("it's been 10 days, can I exfoliate", "yes"),
    ("had my microneedling a fortnight ago, exfoliate?", "yes"),
    ("day 5, flaky. can I exfoliate?", "not_yet Saturday 12 September"),
    ("I was with you on Tuesday 1st September at 4pm. Scrub now?", "not_yet Tuesday 8 September 16:00"),
    ("I was with you on Tuesday 1st September at 2pm. Scrub now?", "yes"),
    ("had it on the 1st, may I exfoliate?", "yes Tuesday 8 September"),
    ("exfoliate on the 13th? treated the 7th", "not_yet Tuesday 15 September"),
    ("exfoliate on the 15th? treated the 7th", "yes Tuesday 15 September"),
    ("got it done last week, is a scrub ok", "depends Monday 14 September"),
    ("had it at the weekend. scrub?", "not_yet Monday 14 September"),
    ("I'm due in on Thursday, when can I go back to my scrub?", "not_yet Friday 18 September"),
    ("is a scrub ok 5 days after the treatment", "not_yet"),
    ("is a scrub ok 10 days after the treatment", "yes"),
    ("treated on Monday. I used a scrub yesterday by mistake", "nothing"),
    ("is it a week or two weeks without scrub", "nothing"),
]
SIGNS = [
    ("had it at noon, my face is red, is that normal?", "not_yet"),
    ("last night at 8 I had it and I'm still red", "not_yet"),
    ("yesterday i had it and im still red", "nothing"),
    ("had it 3 days ago and still red", "nothing"),
    ("It's been 30 hours and I'm still swollen", "nothing"),
    ("will i be red on saturday if i have it thursday?", "yes"),
    ("treatment tomorrow 2pm, will I still be red at dinner tomorrow at 7pm?", "not_yet"),
    ("treated today at 1, will the redness be gone tomorrow?", "depends"),
]
RECOVERY = [
    ("had it this morning, can I go back to the office this afternoon?", "yes"),
    ("I have it at 10 tomorrow and a lecture at 2, can I go?", "yes"),
    ("booked friday 12pm and back at work monday, will i look normal?", "yes"),
    ("had it this morning, can i go to the gym tonight?", "nothing"),
]


@pytest.mark.parametrize(
    ("topic", "text", "verdict"),
    [
        *(("makeup", *case) for case in MAKEUP),
        *(("exfoliation", *case) for case in EXFOLIATION),
        *(("side_effects", *case) for case in SIGNS),
        *(("recovery_time", *case) for case in RECOVERY),
    ],
)
def test_verdict_follows_from_the_rule_and_the_message(topic: str, text: str, verdict: str) -> None:
    timing = timing_line(text, NOW, ANSWERS[topic])
    assert said(timing) == verdict or (timing and timing.verdict == verdict)
    assert timing is None or placeholders(timing.response) <= set(timing.values)


@pytest.mark.parametrize(
    "text",
    [
        "I wanted it done on Friday but you only had today at 4, party tomorrow at noon, makeup?",
        "my sister had hers last month and loved it, I had mine this morning at 8. Makeup now?",
        "I've been doing my research since June and finally had it today at 11, makeup tonight?",
        "I've been a client since 2019. Treated at 10 today. Makeup this evening?",
        "last week I asked about prices and yesterday at 5pm I had the treatment, is makeup ok?",
        "Had my consultation two weeks ago and the treatment today at 1. Foundation tomorrow at 9am?",
        "had a patch test on Friday and the actual needling this morning, makeup?",
        "I was in hospital last week. Needling yesterday at 6pm. Makeup now?",
        "I was in on Thursday 3rd and again yesterday at 4pm, makeup?",
        "Makeup-free for a week now! Had the needling at 9 today, tonight ok?",
        "4 sessions since May, latest one 2 hours ago. Makeup?",
        "I started a new foundation on Monday. I had the needling 3 hours ago. Can I use it?",
        "treated yesterday at 6pm, a friend rang on Sunday, makeup now?",
    ],
)
def test_another_time_is_not_taken_for_the_treatments(text: str) -> None:
    timing = timing_line(text, NOW, ANSWERS["makeup"])
    assert timing is not None
    assert timing.verdict == "not_yet"


@pytest.mark.parametrize(
    "text",
    [
        "I got sunburnt yesterday, makeup?",
        "I bought a new foundation yesterday, is it ok after needling?",
        "My wedding was moved to Saturday, makeup?",
        "I had a facial two days ago. Can I wear makeup?",
        "4 sessions since May. Makeup?",
        "I'm 45 and have two kids, can I wear makeup?",
        "the only time they had left was Wednesday at 6pm, makeup for Thursday?",
    ],
)
def test_time_of_something_else_gives_no_line(text: str) -> None:
    assert timing_line(text, NOW, ANSWERS["makeup"]) is None


def placeholders(response: str) -> set[str]:
    """What a response of the domain leaves to be filled in."""
    return set(re.findall(r"{(\w+)}", RESPONSES[response][0]["text"])) - {"answer"}  # the answer that follows


def test_every_response_of_the_domain_on_timing_can_be_said() -> None:
    source = (PROJECT_DIR / "actions" / "timing.py").read_text(encoding="utf-8")
    named = set(re.findall(r"utter_timing_\w+", source))
    kinds = {f"{name}{end}" for name in named for end in ("", "_day", "_then")}
    assert {name for name in RESPONSES if name.startswith("utter_timing_")} <= kinds
    assert named <= set(RESPONSES)


def test_response_names_nothing_but_the_rule_of_the_entry() -> None:
    timing = timing_line("had it on Sunday, scrub?", NOW, ANSWERS["exfoliation"])
    assert timing is not None
    assert timing.response == "utter_timing_not_yet_day"
    assert timing.values == {"wait": "a week", "day": "Sunday 13 September", "sure": "Monday 14 September"}


@pytest.mark.parametrize("topic", ["aftercare", "sun_protection", "price"])
def test_answer_without_a_rule_of_time_has_no_line(topic: str) -> None:
    assert timing_line("had it yesterday at 9am, makeup now?", NOW, ANSWERS[topic]) is None


@pytest.mark.parametrize(
    ("day", "start"),
    [
        (
            datetime(2026, 10, 24, 18, 0),
            "Sunday 25 October 14:00",
        ),  # the clocks go back: the night has 25 hours
        (datetime(2027, 3, 27, 18, 0), "Sunday 28 March 16:00"),  # they go forward
        (datetime(2026, 12, 31, 18, 0), "Friday 1 January 15:00"),
        (datetime(2028, 2, 28, 18, 0), "Tuesday 29 February 15:00"),
    ],
)
def test_twenty_four_hours_are_counted_over_every_border(day: datetime, start: str) -> None:
    timing = timing_line("had it today at 3pm, makeup?", day.replace(tzinfo=LONDON), ANSWERS["makeup"])
    assert said(timing) == f"not_yet {start}"


def test_week_ends_at_the_hour_at_which_it_began_when_the_clocks_change() -> None:
    now = datetime(2026, 10, 22, 18, 0, tzinfo=LONDON)
    timing = timing_line("had it today at 3pm, scrub?", now, ANSWERS["exfoliation"])
    assert said(timing) == "not_yet Thursday 29 October 15:00"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York"])
def test_hours_are_said_by_the_clinics_clock(zone: str) -> None:
    now = datetime(2026, 9, 8, 23, 59, tzinfo=ZoneInfo(zone))
    timing = timing_line("had it at 9pm today, makeup?", now, ANSWERS["makeup"])
    assert said(timing) == "not_yet Wednesday 9 September 21:00"


@pytest.mark.parametrize("ago", range(1, 60, 4))
@pytest.mark.parametrize("ahead", [1, 5, 12, 23])
def test_verdict_agrees_with_the_clock(ago: int, ahead: int) -> None:
    text = f"I was needled {ago} hours ago, can I wear makeup in {ahead} hours?"
    timing = timing_line(text, NOW, ANSWERS["makeup"])
    assert timing is not None
    assert timing.verdict == ("yes" if ago + ahead >= 24 else "not_yet")


@pytest.mark.parametrize("days", range(4, 14))
def test_day_of_an_unknown_hour_is_the_same_day_a_week_later(days: int) -> None:
    treated, asked = NOW - timedelta(days=3), NOW + timedelta(days=days - 3)
    text = f"treated on {treated.day} {treated:%B}, scrub on {asked.day} {asked:%B}?"
    timing = timing_line(text, NOW, ANSWERS["exfoliation"])
    assert timing is not None
    assert timing.verdict == ("yes" if days >= 7 else "not_yet")
    assert (timing.response == "utter_timing_that_day") == (days == 7)
