"""What a visitor changes is changed once, however often the turn is tried, and what is gone is said to be gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions import base
from actions.booking_form import ValidateBookingForm
from actions.confirm_booking import GONE, ActionSubmitBooking
from actions.manage_booking import CANCELLATION, ActionCancelBooking
from bot.booking.appointment import Appointment
from bot.booking.changes import cancel_booking
from bot.conversations.models import Outgoing
from bot.database import Database
from bot.settings import load_clinic
from tests.support.action_server import forget
from tests.support.clinics import booked, clinic_with_hours


@pytest.fixture
def appointment(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Appointment]:
    """A consultation two weeks ahead, in a clinic with a mail server."""
    file = clinic_with_hours(tmp_path)
    monkeypatch.setenv("CLINIC_FILE", str(file))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("MAIL_FROM", "assistant@clinic.example")
    monkeypatch.setenv("DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    forget()
    yield booked(database, load_clinic(file), weekday_at_ten(), at=datetime.now(timezone.utc))
    base.database().close()
    forget()


def weekday_at_ten() -> datetime:
    """Ten o'clock UTC, when the clinic is open in summer and in winter, two weeks ahead and not on a Sunday."""
    day = datetime.now(timezone.utc) + timedelta(days=14)
    day += timedelta(days=1 if day.weekday() == 6 else 0)
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


def tracker(appointment: Appointment, **slots: Any) -> Tracker:
    message = {"text": "yes", "message_id": "m9", "intent": {"name": "affirm"}, "entities": []}
    return Tracker(appointment.conversation_id, slots, message, [], False, None, {}, "action_listen")


def mails(database: Database) -> list[str]:
    with database.reading() as session:
        return [mail.payload["template"] for mail in session.execute(select(Outgoing)).scalars()]


def test_repeated_cancellation_says_the_same_and_mails_once(
    database: Database, appointment: Appointment
) -> None:
    sure = tracker(appointment, offer=CANCELLATION)
    first, second = (ActionCancelBooking().decide(sure) for _ in range(2))
    assert (first.response, first.values) == (second.response, second.values)
    assert first.response == "utter_appointment_cancelled"
    assert mails(database) == ["appointment_cancelled"]


def test_other_message_finds_nothing_to_cancel_any_more(appointment: Appointment) -> None:
    ActionCancelBooking().decide(tracker(appointment, offer=CANCELLATION))
    later = tracker(appointment, offer=CANCELLATION)
    later.latest_message["message_id"] = "m10"
    assert ActionCancelBooking().decide(later).response == "utter_booking_not_found"


def test_booking_that_staff_cancelled_cannot_be_moved_and_that_is_said(
    database: Database, appointment: Appointment
) -> None:
    with database.transaction() as session:
        cancel_booking(session, appointment.id, by="staff", now=datetime.now(timezone.utc))
    time = f"{(appointment.starts_at + timedelta(hours=2)).isoformat()}|Example One"
    moving = tracker(appointment, moving=appointment.id, time=time, requested_slot="confirmed")
    form, words = ValidateBookingForm(), CollectingDispatcher()
    assert asyncio.run(form.validate_confirmed(True, words, moving, {})) == {"confirmed": GONE}
    moving.slots["confirmed"] = GONE
    assert ActionSubmitBooking().decide(moving).response == "utter_booking_not_found"
    assert mails(database) == []
