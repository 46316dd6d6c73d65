"""A visitor's mails say when, where and how to cancel, carry the calendar file, and hold nothing medical."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timezone
from email.message import EmailMessage
from typing import Any

import pytest
import vobject
from sqlalchemy.orm import Session

from bot.booking.appointment import Appointment
from bot.booking.notices import (
    NoMailAddressError,
    NoticeKind,
    appointment_notice,
    appointment_of,
    appointment_payload,
)
from bot.channels.email.letters import write_letter
from bot.conversations.models import Outgoing
from bot.conversations.outbox import enqueue
from bot.database import Database
from bot.settings import PROJECT_DIR, Contact, load_clinic, load_settings
from bot.worker import Worker, installed_deliverers
from tests.support.appointments import EXAMPLE, appointment
from tests.support.mail import Postbox, mail_server

SENDER = "Example Clinic <assistant@clinic.example>"
CLINIC = load_clinic(PROJECT_DIR / "clinic.toml").copy(
    update={
        "time_zone": "America/New_York",
        "contact": Contact(address="1 Example Street\nExampleton", phone="+1 202 555 0100"),
    }
)
KINDS: tuple[NoticeKind, ...] = ("confirmed", "changed", "cancelled", "reminder")


def letter(kind: NoticeKind = "confirmed", one: Appointment = EXAMPLE, clinic: Any = CLINIC) -> EmailMessage:
    key, _lane, payload = appointment_notice(one, kind)
    return write_letter(key, payload, sender=SENDER, clinic=clinic, domain="chat.clinic.example")


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def file_of(mail: EmailMessage, kind: str = "text/calendar") -> Any:
    part = next(part for part in mail.walk() if part.get_content_type() == kind)
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return vobject.readOne(content.decode())


@pytest.mark.parametrize("kind", KINDS)
def test_mail_says_when_by_the_clinics_clock_and_under_which_code(kind: NoticeKind) -> None:
    mail = letter(kind)
    text = words(mail)
    assert "Tuesday 01 December 2026, 10:00 (America/New_York)" in text
    assert "With: Dr Example" in text
    assert "K7QXM2" in text
    assert "Dear Jo O'Example," in text
    assert "$" not in text + str(mail["Subject"])
    assert mail["To"] == "jo@visitor.example"
    assert "Tuesday 01 December" in str(mail["Subject"])


@pytest.mark.parametrize("kind", ["confirmed", "changed", "reminder"])
def test_mail_says_where_and_how_to_cancel(kind: NoticeKind) -> None:
    text = words(letter(kind))
    assert "Where: 1 Example Street, Exampleton" in text
    assert '"cancel my appointment"' in text


@pytest.mark.parametrize("kind", KINDS)
def test_mail_and_its_row_hold_nothing_medical(kind: NoticeKind) -> None:
    whole = letter(kind).as_string() + json.dumps(appointment_notice(EXAMPLE, kind))
    for secret in ("acne", "cheek", "caution", "7700900123"):
        assert secret not in whole


def test_line_without_anything_to_say_is_left_out() -> None:
    text = words(letter(one=appointment(practitioner=""), clinic=CLINIC.copy(update={"contact": Contact()})))
    assert "With:" not in text
    assert "Where:" not in text
    assert not text.endswith("\n\n")


def test_subjects_tell_the_kinds_apart() -> None:
    assert len({str(letter(kind)["Subject"]) for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize(("status", "asks"), [("booked", "REQUEST"), ("cancelled", "CANCEL")])
def test_mail_offers_the_calendar_what_to_do(status: str, asks: str) -> None:
    mail = letter("cancelled" if status == "cancelled" else "confirmed", appointment(status=status, sequence=2))
    offered = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert offered.get_param("method") == asks
    assert mail.get_content_type() == "multipart/mixed"
    assert [part.get_filename() for part in mail.iter_attachments()][-1:] == ["appointment.ics"]
    for content_type in ("text/calendar", "application/ics"):
        calendar = file_of(mail, content_type)
        assert (calendar.method.value, calendar.vevent.sequence.value) == (asks, "2")
        assert calendar.vevent.uid.value == "appointment-K7QXM2@chat.clinic.example"


def test_every_version_and_kind_has_a_key_of_its_own_and_one_lane() -> None:
    notices = [appointment_notice(appointment(sequence=n), kind) for n in (0, 1) for kind in KINDS]
    assert notices[0][0] == "appointment:K7QXM2:0:confirmed"
    assert len({key for key, _, _ in notices}) == 8
    assert {lane for _, lane, _ in notices} == {"appointment:K7QXM2"}


def test_payload_gives_the_appointment_back_without_what_no_mail_needs() -> None:
    payload = json.loads(json.dumps(appointment_payload(EXAMPLE)))
    assert appointment_of(payload) == replace(EXAMPLE, phone=None, concern="", cautions=())


def test_nobody_is_written_to_without_an_address() -> None:
    with pytest.raises(NoMailAddressError):
        appointment_notice(appointment(email=None), "confirmed")


@pytest.mark.parametrize("name", ["x\r\nBcc: evil@example.com", "${to} $code $", "\ud800 💉", "Zoë, O'Neil"])
def test_name_stays_a_name(name: str) -> None:
    mail = letter(one=appointment(name=name))
    assert "Bcc" not in mail
    assert "Dear " in words(mail)
    assert b"Dear" in mail.as_bytes()


def deliver(database: Database, postbox: Postbox, *notices: tuple[Appointment, NoticeKind]) -> None:
    with database.transaction() as session:
        for one, kind in notices:
            put_out(session, one, kind)
    with mail_server(postbox) as port:
        settings = load_settings(
            smtp_url=f"smtp://127.0.0.1:{port}", mail_from=SENDER, public_url="https://chat.clinic.example"
        )
        worker = Worker(database, installed_deliverers(settings, CLINIC))
        while worker.deliver_next():
            pass


def put_out(session: Session, one: Appointment, kind: NoticeKind) -> None:
    key, lane, payload = appointment_notice(one, kind)
    enqueue(session, kind="email", key=key, lane=lane, payload=payload)


def test_mails_arrive_in_order_through_a_real_server(database: Database) -> None:
    postbox = Postbox()
    moved, gone = appointment(sequence=1), appointment(sequence=2, status="cancelled")
    deliver(
        database,
        postbox,
        (EXAMPLE, "confirmed"),
        (EXAMPLE, "confirmed"),
        (moved, "changed"),
        (gone, "cancelled"),
    )
    calendars = [file_of(mail) for mail in postbox.mails]
    assert [calendar.vevent.sequence.value for calendar in calendars] == ["0", "1", "2"]
    assert [calendar.method.value for calendar in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({calendar.vevent.uid.value for calendar in calendars}) == 1
    assert calendars[0].vevent.dtstart.value.astimezone(timezone.utc) == EXAMPLE.starts_at
    assert calendars[0].vevent.organizer.value == "mailto:assistant@clinic.example"
    with database.reading() as session:
        assert {row.status for row in session.query(Outgoing)} == {"sent"}
