"""Every action that puts a conversation before staff has them told of it, where the clinic has said where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker

from actions import base
from actions.base import Say
from actions.manage_booking import ActionRescheduleBooking
from actions.note_complaint import ActionNoteComplaint
from actions.note_contact import note_contact
from actions.respond_to_reaction import ActionRespondToReaction
from actions.submit_handoff import ActionSubmitHandoff
from bot.booking.service import request_booking
from bot.conversations.conversation import start_conversation
from bot.conversations.outbox import list_waiting
from bot.database import Database
from bot.settings import PROJECT_DIR
from tests.support.action_server import forget

TEXT = "Example Person +442079460000"
SLOTS = {"name": "Example Person", "phone": "+442079460000"}


@pytest.fixture
def with_alerts(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The action server of a clinic that has a mail server and names an address for alerts."""
    shipped = (PROJECT_DIR / "clinic.toml").read_text(encoding="utf-8")
    (tmp_path / "clinic.toml").write_text(
        shipped.replace("[alerts]\nemail =", '[alerts]\nemail = "staff@clinic.example" #'), encoding="utf-8"
    )
    monkeypatch.setenv("CLINIC_FILE", str(tmp_path / "clinic.toml"))
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("MAIL_FROM", "assistant@clinic.example")
    monkeypatch.setenv("DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    forget()
    yield
    base.database().close()
    forget()


def tracker(database: Database, text: str = TEXT, **found: Any) -> Tracker:
    with database.transaction() as session:
        conversation_id = start_conversation(session, channel="widget")
        session.flush()
        request_booking(
            session, conversation_id, "m0", name="Example Person", phone="+442079460000", email=None
        )
    message = {"text": text, "message_id": "m1", "intent": {"name": "any"}, **found}
    return Tracker(conversation_id, SLOTS, message, [], False, None, {}, "action_listen")


def alerts(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(row.payload["to"], row.payload["template"]) for row in list_waiting(session)]


@pytest.mark.parametrize("level", ["urgent", "crisis", "concerning"])
def test_reaction(with_alerts: None, database: Database, level: str) -> None:
    ActionRespondToReaction().decide(tracker(database, safety={"level": level, "signs": []}))
    assert alerts(database) == [("staff@clinic.example", f"alert_{level}")]


@pytest.mark.parametrize(
    ("decide", "template"),
    [
        (ActionNoteComplaint().decide, "alert_complaint"),
        (ActionSubmitHandoff().decide, "alert_asked"),
        (ActionRescheduleBooking().decide, "alert_asked"),
        (note_contact, "alert_asked"),
    ],
    ids=["complaint", "wish for a person", "wish for another time", "contact details"],
)
def test_handoff(with_alerts: None, database: Database, decide: Any, template: str) -> None:
    assert isinstance(decide(tracker(database)), Say)
    assert alerts(database) == [("staff@clinic.example", template)]


@pytest.mark.parametrize("missing", ["SMTP_URL", "CLINIC_FILE"])
def test_nobody_is_told_without_a_mail_server_or_an_address(
    with_alerts: None, database: Database, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setenv(missing, "" if missing == "SMTP_URL" else str(PROJECT_DIR / "clinic.toml"))
    forget()
    ActionNoteComplaint().decide(tracker(database))
    assert alerts(database) == []
