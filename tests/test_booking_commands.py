"""Staff look after consultations from the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import cli
from bot.booking.models import Booking
from bot.booking.service import request_booking
from bot.conversations.models import Outgoing
from bot.database import Database
from tests.support.clinics import clinic_with_hours
from tests.support.conversations import started

Run = Callable[..., tuple[int, str, str]]
DAY = (datetime.now(timezone.utc) + timedelta(days=20)).date().isoformat()


@pytest.fixture
def run(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command; its exit status, and what it wrote on both outputs."""
    monkeypatch.setenv("DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CLINIC_FILE", str(clinic_with_hours(tmp_path)))
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1")
    monkeypatch.setenv("MAIL_FROM", "assistant@clinic.example")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["bot.cli", *arguments])
        status = cli.main()
        return (status, *capsys.readouterr())

    return run


def requested(database: Database, email: str | None = "me@example.com") -> str:
    """A new request's code."""
    details = {"name": "Example Person", "phone": "+442079460000", "email": email}
    conversation_id = started(database)
    with database.transaction() as session:
        return str(request_booking(session, conversation_id, "m1", **details, wishes="any morning").code)


def test_request_gets_its_time_and_its_visitor_a_mail(database: Database, run: Run) -> None:
    code = requested(database)
    status, out, error = run("confirm", code.lower(), f"{DAY}T10:00", "--with", "Example One")
    assert (status, error) == (0, "")
    assert f"{DAY} 10:00-10:30 with Example One  {code}: Example Person" in out
    assert "A mail tells the visitor." in out
    with database.reading() as session:
        booking = session.execute(select(Booking)).scalar_one()
        assert booking.status == "booked"
        assert [mail.payload["to"] for mail in session.execute(select(Outgoing)).scalars()] == [
            "me@example.com"
        ]
    assert code in run("bookings", DAY)[1]


def test_visitor_without_an_address_has_to_be_told(database: Database, run: Run) -> None:
    out = run("confirm", requested(database, None), f"{DAY}T10:00", "--with", "Example One")[1]
    assert "no mail was sent" in out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("confirm", "BBBB2222", f"{DAY}T10:00", "--with", "Example One"), "no booking with this code"),
        (("confirm", "CODE", f"{DAY}T10:00", "--with", "Nobody"), "Say with whom"),
        (("confirm", "CODE", "soon", "--with", "Example One"), "is no time such as"),
        (("confirm", "CODE", "2020-01-01T10:00", "--with", "Example One"), "That time is over"),
        (("bookings", "tomorrow"), "is no day such as"),
        (("close", f"{DAY}T12:00", f"{DAY}T11:00"), "ends before it begins"),
    ],
)
def test_mistake_is_one_sentence_and_changes_nothing(
    database: Database, run: Run, arguments: tuple[str, ...], why: str
) -> None:
    code = requested(database)
    status, out, error = run(*(code if part == "CODE" else part for part in arguments))
    assert (status, out) == (1, "")
    assert why in error
    with database.reading() as session:
        assert session.execute(select(Booking.status)).scalar_one() == "requested"


def test_closed_time_cannot_be_closed_over_a_consultation(database: Database, run: Run) -> None:
    run("confirm", requested(database), f"{DAY}T10:00", "--with", "Example One")
    assert "1 consultation lies in that time" in run("close", f"{DAY}T09:00", f"{DAY}T12:00")[2]
    assert run("close", f"{DAY}T12:00", f"{DAY}T17:00", "--reason", "training")[0] == 0
