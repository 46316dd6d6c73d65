"""An emergency gets the clinic's words for it, even when nothing else works."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.channels.last_resort import SafeWords, safe_reply, unavailable_wording, urgent_wording
from bot.conversations.conversation import start_conversation
from bot.conversations.handoff import waiting_handoffs
from bot.conversations.models import Inbound
from bot.conversations.outbox import list_waiting
from bot.conversations.replies import Reply
from bot.database import Database
from bot.settings import PROJECT_DIR, Alerts, Clinic, Contact, Settings, load_clinic, load_settings

ORDINARY = Reply("Something went wrong.", outcome="handoff")
CONCERNING = Reply("Contact the clinic today.", outcome="handoff")


@dataclass
class Emergency:
    """A conversation in which nothing else works."""

    database: Database
    settings: Settings
    clinic: Clinic
    conversation_id: str

    def reply(self, text: str, heard: str | None = None) -> Reply:
        message = Inbound(conversation_id=self.conversation_id, message_id="m1", text=text)
        words = SafeWords(CONCERNING, ORDINARY)
        return safe_reply(message, "fault", heard, words, self.database, self.settings, self.clinic)

    def waiting(self) -> list[str]:
        with self.database.reading() as session:
            return [handoff.reason for handoff in waiting_handoffs(session)]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings(data_dir=tmp_path_factory.mktemp("last-resort"))


@pytest.fixture
def emergency(database: Database, settings: Settings) -> Emergency:
    with database.transaction() as session:
        conversation_id = start_conversation(session, channel="widget")
    return Emergency(database, settings, load_clinic(Path(PROJECT_DIR / "clinic.toml")), conversation_id)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("i cant breathe my throat is closing", "urgent"),
        ("my lips are swelling fast", "urgent"),
        ("I want to kill myself", "crisis"),
    ],
)
def test_emergency_gets_its_wording_and_is_put_before_staff(
    emergency: Emergency, text: str, level: str
) -> None:
    wording = emergency.clinic.urgent_care.wording(level)
    assert emergency.reply(text) == Reply(wording, outcome="urgent", failure="fault")
    assert emergency.waiting() == [level]


def test_concerning_report_is_put_before_staff_as_well(emergency: Emergency) -> None:
    assert emergency.reply("yellow pus is coming out") == Reply(
        CONCERNING.text, outcome="handoff", failure="fault"
    )
    assert emergency.waiting() == ["concerning"]


@pytest.mark.parametrize(
    ("text", "heard", "level"),
    [
        ("my specs won't sit on my nose any more", "urgent", "urgent"),
        ("yellow pus is coming out", "urgent", "urgent"),
        ("i cant breathe my throat is closing", "concerning", "urgent"),
        ("my pillow was stuck to me", "concerning", "concerning"),
    ],
)
def test_graver_of_what_the_model_and_the_rules_hear_counts(
    emergency: Emergency, text: str, heard: str, level: str
) -> None:
    assert emergency.reply(text, heard).outcome == ("urgent" if level == "urgent" else "handoff")
    assert emergency.waiting() == [level]


@pytest.mark.parametrize("text", ["", "how long is recovery", "what if it gets infected", "\x00" * 50])
def test_anything_else_gets_the_ordinary_words(emergency: Emergency, text: str) -> None:
    assert emergency.reply(text) == Reply("Something went wrong.", outcome="handoff", failure="fault")
    assert emergency.waiting() == []


def test_emergency_that_cannot_be_put_before_staff_is_not_taken_for_answered(settings: Settings) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    emergency = Emergency(away, settings, load_clinic(Path(PROJECT_DIR / "clinic.toml")), "c" * 32)
    with pytest.raises(OperationalError):
        emergency.reply("i cant breathe")
    assert emergency.clinic.urgent_care.wording("urgent") == urgent_wording(
        "i cant breathe", settings, emergency.clinic
    )


def test_emergency_whose_record_is_no_good_gets_its_wording(
    emergency: Emergency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emergency, "conversation_id", "unknown")
    assert emergency.reply("i cant breathe").outcome == "urgent"
    assert emergency.waiting() == []


def test_visitor_who_cannot_be_heard_is_told_how_to_reach_a_person(emergency: Emergency) -> None:
    clinic = emergency.clinic.copy(update={"contact": Contact(phone="+44 20 7946 0000")})
    assert "+44 20 7946 0000" in unavailable_wording(clinic)
    assert "In an emergency, call your local emergency number" in unavailable_wording(clinic)


def test_staff_are_told_of_an_emergency(emergency: Emergency) -> None:
    emergency.clinic = emergency.clinic.copy(update={"alerts": Alerts(email="staff@clinic.example")})
    emergency.settings = emergency.settings.copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    emergency.reply("i cant breathe my throat is closing")
    with emergency.database.reading() as session:
        assert [alert.payload["template"] for alert in list_waiting(session)] == ["alert_urgent"]
