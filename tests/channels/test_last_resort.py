"""An emergency gets the clinic's words for it, even when nothing else works."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.channels.last_resort import urgent_reply
from bot.conversations import inbound
from bot.conversations.handoff import waiting_handoffs
from bot.conversations.inbound import Reply
from bot.conversations.models import Inbound
from bot.database import Database
from bot.settings import PROJECT_DIR, Clinic, Settings, load_clinic, load_settings


@dataclass
class Emergency:
    """A conversation in which nothing else works."""

    database: Database
    settings: Settings
    clinic: Clinic
    conversation_id: str

    def reply(self, text: str) -> Reply | None:
        message = Inbound(conversation_id=self.conversation_id, message_id="m1", text=text)
        return urgent_reply(message, self.database, self.settings, self.clinic)

    def waiting(self) -> list[str]:
        with self.database.reading() as session:
            return [handoff.reason for handoff in waiting_handoffs(session)]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings(data_dir=tmp_path_factory.mktemp("last-resort"))


@pytest.fixture
def emergency(database: Database, settings: Settings) -> Emergency:
    with database.transaction() as session:
        conversation_id = inbound.start_conversation(session, channel="widget")
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
    assert emergency.reply(text) == Reply(emergency.clinic.urgent_care.wording(level), outcome="urgent")
    assert emergency.waiting() == [level]


@pytest.mark.parametrize("text", ["", "how long is recovery", "what if it gets infected", "\x00" * 50])
def test_anything_else_has_none(emergency: Emergency, text: str) -> None:
    assert emergency.reply(text) is None
    assert emergency.waiting() == []


def test_emergency_gets_its_wording_while_the_database_is_away(settings: Settings) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    emergency = Emergency(away, settings, load_clinic(Path(PROJECT_DIR / "clinic.toml")), "c" * 32)
    reply = emergency.reply("i cant breathe")
    assert reply is not None
    assert reply.outcome == "urgent"
