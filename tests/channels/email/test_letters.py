"""An alert says that a visitor needs staff and how to look, and nothing about the visitor."""

from __future__ import annotations

import re

import pytest

from bot.channels.email.letters import TEMPLATES, write_letter
from bot.settings import PROJECT_DIR, Alerts, load_clinic

CLINIC = load_clinic(PROJECT_DIR / "clinic.toml").copy(
    update={"time_zone": "Europe/London", "name": "Séance & Co"}
)
REASONS = ("urgent", "crisis", "concerning", "complaint", "asked", "misunderstood")
PAYLOAD = {"to": "staff@clinic.example", "conversation_id": "c" * 32, "at": "2026-07-01T23:30:00+00:00"}


def write(reason: str, key: str = "alert:c:m"):  # type: ignore[no-untyped-def]
    payload = {**PAYLOAD, "template": f"alert_{reason}"}
    return write_letter(key, payload, sender="Assistant <assistant@clinic.example>", clinic=CLINIC)


@pytest.mark.parametrize("reason", REASONS)
def test_alert_says_where_when_and_how_to_look(reason: str) -> None:
    alert = write(reason)
    text = alert.get_content()
    assert "Thursday 02 July 2026, 00:30 (Europe/London)" in text
    assert "c" * 32 in text
    assert ".venv/bin/python -m bot.cli waiting" in text
    assert "Séance & Co" in text
    assert "$" not in text
    assert alert["To"] == "staff@clinic.example"


def test_subjects_tell_the_reasons_apart() -> None:
    subjects = [str(write(reason)["Subject"]) for reason in REASONS]
    assert len(set(subjects)) == len(REASONS)
    assert subjects[0] == "Urgent: a visitor needs you"


def test_every_template_is_an_alerts_or_an_appointments() -> None:
    alerts = {f"alert_{reason}" for reason in REASONS}
    appointments = {f"appointment_{kind}" for kind in ("confirmed", "changed", "cancelled", "reminder")}
    assert {file.stem for file in TEMPLATES.iterdir()} == alerts | appointments


def test_same_key_gives_the_same_message_id() -> None:
    first, again, other = (write("asked", key)["Message-ID"] for key in ("alert:c:m", "alert:c:m", "alert:c:n"))
    assert first == again != other
    assert re.fullmatch(r"<[0-9a-f]{32}@clinic\.example>", str(first))


def test_alert_that_is_tried_again_goes_to_the_address_that_was_mended() -> None:
    mended = CLINIC.copy(update={"alerts": Alerts(email="reception@clinic.example")})
    payload = {**PAYLOAD, "template": "alert_asked"}
    assert (
        write_letter("k", payload, sender="a@clinic.example", clinic=mended)["To"] == "reception@clinic.example"
    )


def test_nobody_answers_automatically() -> None:
    assert write("asked")["Auto-Submitted"] == "auto-generated"
