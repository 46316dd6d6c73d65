"""The channel over HTTP: the present state of an appointment, the feed, and 404 for whatever else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
import vobject
from sanic import Sanic

from bot.booking.appointment import Appointment
from bot.booking.calendar_links import appointment_link, feed_link
from bot.booking.changes import cancel_booking
from bot.channels.calendar.channel import CalendarChannel
from bot.channels.calendar.source import Appointments, installed_appointments
from bot.database import Database
from bot.settings import PROJECT_DIR, CalendarWording, Settings, load_clinic, load_settings
from tests.support.appointments import Kept, appointment, half_an_hour_from
from tests.support.assistant import free_port
from tests.support.clinics import booked, clinic_with_hours

KEY = "a secret"
CLINIC = load_clinic(PROJECT_DIR / "clinic.toml").copy(
    update={"time_zone": "Europe/London", "calendar": CalendarWording(feed=1)}
)
SOON = datetime.now(timezone.utc).replace(microsecond=0, second=0) + timedelta(days=3)


class Nothing:
    """No appointments."""

    def find(self, booking_id: int, code: str) -> Appointment | None:
        return None

    def upcoming(self, since: datetime, until: datetime) -> list[Appointment]:
        return []

    def caution_titles(self) -> Mapping[str, str]:
        return {}


class Switched:
    """Asks whichever appointments a test has put there."""

    def __init__(self) -> None:
        self.behind: Appointments = Nothing()

    def find(self, booking_id: int, code: str) -> Appointment | None:
        return self.behind.find(booking_id, code)

    def upcoming(self, since: datetime, until: datetime) -> list[Appointment]:
        return self.behind.upcoming(since, until)

    def caution_titles(self) -> Mapping[str, str]:
        return self.behind.caution_titles()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("calendar")
    return load_settings(data_dir=folder, secret_key=KEY, public_url="", rasa_port=free_port())


@pytest.fixture(scope="module")
def switched(settings: Settings) -> Iterator[Switched]:
    """The channel alone, on a real server in a thread."""
    app = Sanic("calendar", configure_logging=False)
    switched = Switched()
    channel = CalendarChannel(settings, CLINIC, switched)

    async def nobody(_message: object) -> None:
        raise AssertionError("a calendar takes no messages in")

    app.blueprint(channel.blueprint(nobody), url_prefix=f"/webhooks/{channel.name()}")
    ready, loop = Event(), asyncio.new_event_loop()

    async def serve() -> None:
        server = await app.create_server("127.0.0.1", settings.rasa_port, return_asyncio_server=True)
        assert server is not None
        await server.startup()
        await server.start_serving()
        ready.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    yield switched
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture
def kept(switched: Switched) -> Kept:
    kept = Kept(appointment(**half_an_hour_from(SOON)))
    switched.behind = kept
    return kept


@pytest.fixture
def address(kept: Kept, settings: Settings) -> str:
    return settings.public_address


def get(link: str | None) -> httpx.Response:
    assert link is not None
    return httpx.get(link, timeout=10)


def link_of(one: Appointment, settings: Settings) -> str:
    return appointment_link(one, settings.public_address, secret_key=KEY)


def test_visitor_gets_the_appointment_as_it_is_now(address: str, kept: Kept, settings: Settings) -> None:
    (first,) = kept.appointments
    link = link_of(first, settings)
    answer = get(link)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "attachment" in answer.headers["content-disposition"]
    assert vobject.readOne(answer.text).vevent.dtstart.value.astimezone(timezone.utc) == SOON
    kept.appointments = [replace(first, status="cancelled", sequence=1)]
    cancelled = vobject.readOne(get(link).text)
    assert (cancelled.method.value, cancelled.vevent.sequence.value) == ("CANCEL", "1")


def test_whatever_else_is_asked_for_is_not_found(address: str, kept: Kept, settings: Settings) -> None:
    (first,) = kept.appointments
    long_ago = appointment(id=8, **half_an_hour_from(SOON - timedelta(days=120)))
    held = appointment(id=9, status="held", **half_an_hour_from(SOON))
    kept.appointments += [long_ago, held]
    right = link_of(first, settings)
    wrong = [
        right.removesuffix(".ics"),
        right.replace(".ics", "x.ics"),
        f"{address}/webhooks/calendar/appointments/.ics",
        f"{address}/webhooks/calendar/appointments/%00%ff.ics",
        f"{address}/webhooks/calendar/appointments/..%2f..%2fetc%2fpasswd.ics",
        f"{address}/webhooks/calendar/appointments/{'a' * 3000}.ics",
        f"{address}/webhooks/calendar/feed/guess.ics",
        appointment_link(first, address, secret_key="another"),
        link_of(long_ago, settings),
        link_of(held, settings),
        link_of(appointment(id=99), settings),
        link_of(replace(first, code="OTHER"), settings),
    ]
    answers = [get(link) for link in wrong]
    assert [answer.status_code for answer in answers] == [404] * len(wrong)


def test_feed_is_opened_by_its_address_only(address: str, kept: Kept, settings: Settings) -> None:
    answer = get(feed_link(settings, CLINIC))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    event = vobject.readOne(answer.text).vevent
    assert "Pregnancy" in event.description.value
    revoked = feed_link(settings, CLINIC.copy(update={"calendar": CalendarWording(feed=2)}))
    assert get(revoked).status_code == 404


class Away(Nothing):
    """A database that does not answer."""

    def find(self, booking_id: int, code: str) -> Appointment | None:
        raise OSError("jo@visitor.example")


def test_failure_names_nobody_and_asks_to_come_back(
    switched: Switched, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    switched.behind = Away()
    answer = get(link_of(appointment(), settings))
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "jo@visitor.example" not in answer.text + caplog.text


def test_what_is_booked_is_found_by_id_and_code_together(database: Database, tmp_path: Path) -> None:
    clinic = load_clinic(clinic_with_hours(tmp_path))
    start = datetime.fromisoformat("2026-01-06T14:00:00+00:00")
    appointment = booked(database, clinic, start, at=start - timedelta(days=5))
    installed = installed_appointments(database)
    assert installed.find(appointment.id, appointment.code) == appointment
    assert installed.find(appointment.id, "K7QXM2RP") is None
    assert installed.find(appointment.id + 1, appointment.code) is None
    assert installed.upcoming(start - timedelta(hours=1), start + timedelta(hours=1)) == [appointment]
    assert installed.upcoming(start + timedelta(hours=1), start + timedelta(days=1)) == []


def test_cancelled_appointment_is_still_found_and_in_the_feed(database: Database, tmp_path: Path) -> None:
    clinic = load_clinic(clinic_with_hours(tmp_path))
    start = datetime.fromisoformat("2026-01-06T14:00:00+00:00")
    appointment = booked(database, clinic, start, at=start - timedelta(days=5))
    with database.transaction() as session:
        cancel_booking(session, appointment.id, by="staff", now=start - timedelta(days=4))
    installed = installed_appointments(database)
    found = installed.find(appointment.id, appointment.code)
    assert found is not None
    assert (found.status, found.sequence) == ("cancelled", 1)
    assert installed.upcoming(start, start + timedelta(hours=1)) == [found]
