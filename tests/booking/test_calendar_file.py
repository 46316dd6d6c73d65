"""Calendar files say the right instant in every zone, nothing medical to visitors, and are read by another library."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil.tz import tzical
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from bot.booking.calendar_file import appointment_calendar, calendar_domain, feed
from bot.booking.calendar_zone import time_zone_rules
from bot.settings import PROJECT_DIR, Clinic, load_clinic, load_settings
from tests.support.appointments import appointment, half_an_hour_from

DOMAIN = "chat.clinic.example"
SENDER = "Assistant <assistant@clinic.example>"
MADE = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
TITLES = {"caution_pregnancy": "Pregnancy"}


def clinic(zone: str = "Europe/London", **changes: Any) -> Clinic:
    return load_clinic(PROJECT_DIR / "clinic.toml").copy(update={"time_zone": zone, **changes})


def written(*, zone: str = "Europe/London", organizer: str = SENDER, **changes: Any) -> bytes:
    return appointment_calendar(
        appointment(**changes), clinic=clinic(zone), domain=DOMAIN, organizer=organizer, at=MADE
    )


def read(content: bytes) -> Any:
    """As vobject understands it."""
    return vobject.readOne(content.decode())


def text(content: bytes) -> str:
    """With long lines put together again."""
    return content.decode().replace("\r\n ", "")


# The days before, of and after each change of the clocks, and ordinary ones.
MOMENTS = [
    (zone, datetime(*day, hour, 15, tzinfo=ZoneInfo(zone)))
    for zone, days in {
        "Europe/London": [(2026, 3, 28), (2026, 3, 29), (2026, 3, 30), (2026, 10, 24), (2026, 10, 25), (2026, 10, 26)],
        "America/New_York": [(2026, 3, 7), (2026, 3, 8), (2026, 3, 9), (2026, 10, 31), (2026, 11, 1), (2027, 7, 1)],
        "Asia/Kolkata": [(2026, 3, 29), (2026, 10, 25)],
        "Australia/Lord_Howe": [(2026, 4, 5), (2026, 10, 4), (2026, 12, 31)],
        "Africa/Casablanca": [(2026, 2, 14), (2026, 2, 15), (2026, 3, 22), (2026, 7, 1)],
        "UTC": [(2026, 12, 1)],
    }.items()
    for day in days
    for hour in (0, 1, 3, 9, 17)
]  # fmt: skip


@pytest.mark.parametrize(("zone", "start"), MOMENTS, ids=lambda value: str(value))
def test_another_library_reads_the_same_instants(zone: str, start: datetime) -> None:
    start = start.astimezone(timezone.utc)
    event = read(written(zone=zone, **half_an_hour_from(start))).vevent
    assert event.dtstart.value.astimezone(timezone.utc) == start
    assert event.dtend.value.astimezone(timezone.utc) == start + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("zone", "onsets", "rules"),
    [
        ("Europe/London", ["20250330T010000", "20251026T020000"], ["-1SU", "-1SU"]),
        ("America/New_York", ["20250309T020000", "20251102T020000"], ["2SU", "1SU"]),
        ("Asia/Kolkata", ["19700101T000000"], []),
    ],
)
def test_zone_says_when_its_clocks_change(zone: str, onsets: list[str], rules: list[str]) -> None:
    lines = time_zone_rules(ZoneInfo(zone), 2026, 2026).to_ical().decode().splitlines()
    assert [line.removeprefix("DTSTART:") for line in lines if line.startswith("DTSTART")] == onsets
    assert [line.rpartition("BYDAY=")[2].partition(";")[0] for line in lines if "RRULE" in line] == rules


@pytest.mark.parametrize(("zone", "start"), MOMENTS, ids=lambda value: str(value))
def test_rules_in_the_file_give_the_same_distance_from_utc(zone: str, start: datetime) -> None:
    """Vobject knows the zones by name; dateutil goes by the rules alone."""
    if zone == "UTC":
        return
    rules = time_zone_rules(ZoneInfo(zone), start.year, start.year).to_ical().decode()
    by_rules = tzical(StringIO(rules)).get()
    naive = start.astimezone(timezone.utc).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert naive.replace(tzinfo=by_rules).utcoffset() == naive.replace(tzinfo=ZoneInfo(zone)).utcoffset()


@pytest.mark.parametrize("hour", [0, 1])
def test_two_equal_hours_are_told_apart(hour: int) -> None:
    at = datetime(2026, 10, 25, hour, 30, tzinfo=timezone.utc)  # half past one in London, twice that night
    event = read(written(**half_an_hour_from(at))).vevent
    assert event.dtstart.value.astimezone(timezone.utc) == at


def test_file_asks_to_take_the_appointment_in() -> None:
    calendar = read(written())
    event = calendar.vevent
    assert (calendar.method.value, event.status.value, event.sequence.value) == ("REQUEST", "CONFIRMED", "0")
    assert event.uid.value == f"appointment-K7QXM2@{DOMAIN}"
    assert event.summary.value == "Consultation, Dr Hera's Skin & Hair Clinic"
    assert event.organizer.value == "mailto:assistant@clinic.example"
    assert event.attendee.value == "mailto:jo@visitor.example"
    assert event.last_modified.value == datetime(2026, 11, 24, 10, 0, tzinfo=timezone.utc)
    assert event.dtstamp.value == MADE


def test_changed_and_cancelled_appointment_keeps_its_uid() -> None:
    first, moved = written(), written(sequence=1)
    cancelled = read(written(sequence=2, status="cancelled"))
    assert read(first).vevent.uid.value == read(moved).vevent.uid.value == cancelled.vevent.uid.value
    assert (cancelled.method.value, cancelled.vevent.status.value) == ("CANCEL", "CANCELLED")
    assert cancelled.vevent.sequence.value == "2"


def test_visitors_file_holds_nothing_medical_and_no_phone_number() -> None:
    content = text(written())
    assert "K7QXM2" in content
    for secret in ("acne", "cheek", "caution", "Pregnancy", "7700"):
        assert secret not in content


def test_nobody_is_named_where_there_is_no_address() -> None:
    event = read(written(organizer="", email=None)).vevent
    assert "organizer" not in event.contents
    assert "attendee" not in event.contents


def test_place_is_the_clinics_address() -> None:
    there = clinic().contact.copy(update={"address": "1 Example Street, Exampleton; Suite 2\nFirst floor"})
    content = appointment_calendar(appointment(), clinic=clinic(contact=there), domain=DOMAIN)
    assert read(content).vevent.location.value == there.address
    assert "LOCATION:1 Example Street\\, Exampleton\\; Suite 2\\nFirst floor" in text(content)


def test_lines_are_short_and_end_as_the_rfc_says() -> None:
    content = written(name="Zoë 💉 " + "Ünal-" * 15, email="a" * 60 + "@visitor.example")
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 75
    content.decode()  # no character was cut in two
    for line in content.split(b"\r\n"):
        line.decode()


NASTY = 'O\'Neil; DROP, "x"\r\nATTENDEE:mailto:evil@example.com\r\nBEGIN:VEVENT\x00\x1b 💉\ud800\\n:^n'


def test_name_cannot_write_lines_of_its_own() -> None:
    for content in (
        written(name=NASTY),
        feed([appointment(name=NASTY, concern=NASTY)], clinic=clinic(), domain=DOMAIN, caution_titles={}),
    ):
        (event,) = Calendar.from_ical(content).walk("VEVENT")
        assert "evil" not in str(event.get("attendee", ""))
        assert len(read(content).contents["vevent"]) == 1
        assert not any(line.startswith(b"ATTENDEE:mailto:evil") for line in content.split(b"\r\n"))


@settings(max_examples=150, deadline=None)
@given(name=st.text(max_size=120), concern=st.text(max_size=300), practitioner=st.text(max_size=60))
def test_any_words_give_a_file_that_both_libraries_read(name: str, concern: str, practitioner: str) -> None:
    one = appointment(name=name, concern=concern, practitioner=practitioner)
    for content in (
        appointment_calendar(one, clinic=clinic(), domain=DOMAIN),
        feed([one], clinic=clinic(), domain=DOMAIN, caution_titles={}),
    ):
        assert Calendar.from_ical(content).walk("VEVENT")[0]["uid"] == f"appointment-K7QXM2@{DOMAIN}"
        assert read(content).vevent.uid.value == f"appointment-K7QXM2@{DOMAIN}"


def test_feed_tells_staff_who_comes_and_why() -> None:
    others = [
        appointment(),
        appointment(id=8, code="B", status="cancelled", sequence=3),
        appointment(
            id=9,
            code="C",
            status="requested",
            **half_an_hour_from(datetime(2028, 7, 1, 9, tzinfo=timezone.utc)),
        ),
    ]
    calendar = read(feed(others, clinic=clinic(), domain=DOMAIN, caution_titles=TITLES))
    events = calendar.contents["vevent"]
    assert calendar.method.value == "PUBLISH"
    assert [event.status.value for event in events] == ["CONFIRMED", "CANCELLED", "TENTATIVE"]
    assert events[0].summary.value == "Dr Example: Jo O'Example"
    assert events[0].description.value == "acne scars, left cheek\nPregnancy\nK7QXM2"
    assert events[2].dtstart.value.astimezone(timezone.utc) == datetime(2028, 7, 1, 9, tzinfo=timezone.utc)


def test_empty_feed_is_a_calendar() -> None:
    content = feed([], clinic=clinic(), domain=DOMAIN, caution_titles={})
    assert not Calendar.from_ical(content).walk("VEVENT")


def test_uid_ends_in_the_public_host() -> None:
    assert calendar_domain(load_settings(public_url="https://chat.clinic.example/x/")) == DOMAIN
    assert calendar_domain(load_settings(public_url="", host="127.0.0.1")) == "127.0.0.1"
