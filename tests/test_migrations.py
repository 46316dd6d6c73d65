"""Migrations are the only way tables change; they end where the models are, and lose nothing on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import Engine

from bot.booking.models import Booking
from bot.booking.service import open_requests, request_booking
from bot.conversations.history import mentioned_entities, messages_after, topics_said
from bot.conversations.record import events_after, read_head
from bot.conversations.search import find_messages
from bot.database import Database
from bot.migrations.tables import metadata
from bot.settings import PROJECT_DIR, load_settings
from bot.setup import migrate

NEWEST = "0004"


def ours(name: str, kind: str, _parents: Any) -> bool:
    """SQLite's full-text index is made of tables of its own, which no model describes."""
    return kind != "table" or not name.startswith("message_words")


def test_migrated_tables_are_those_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        options = {"compare_type": True, "include_name": ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrate(load_settings(database_url=database_url))
    database = Database(database_url)
    with database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == NEWEST
    database.close()


@pytest.fixture
def old_url(empty_database_url: str) -> str:
    """A database of the first release, with one conversation in it."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT_DIR / "bot" / "migrations"))
    engine = create_engine(empty_database_url, future=True)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    _fill(engine)
    engine.dispose()
    return empty_database_url


def _fill(engine: Engine) -> None:
    number = "SERIAL" if engine.dialect.name == "postgresql" else "INTEGER"
    at = "2026-01-01 10:00:00"
    topics, nothing = json.dumps(["scars", "benefits"]), "[]"
    statements = [
        f"INSERT INTO conversation (id, channel, created_at, last_cursor) VALUES ('c1', 'widget', '{at}', 2)",
        "INSERT INTO inbound (conversation_id, message_id, cursor, text, received_at, answered_at)"
        f" VALUES ('c1', 'm1', 1, 'does it help with scars', '{at}', '{at}')",
        "INSERT INTO message (conversation_id, cursor, id, sender, at, text, choices, topics, sources)"
        f" VALUES ('c1', 1, 'm1', 'visitor', '{at}', 'does it help with scars', '{nothing}', '{nothing}', '{nothing}')",
        "INSERT INTO message (conversation_id, cursor, id, sender, at, text, inbound_id, reply_index, choices, topics,"
        " outcome, sources)"
        f" VALUES ('c1', 2, 'm1.0', 'bot', '{at}', 'It may.', 'm1', 0, '{nothing}', '{topics}', 'answered', '{nothing}')",
        *(
            "INSERT INTO booking_request (conversation_id, inbound_id, name, email, cautions, status, created_at)"
            f" VALUES ('c1', '{message}', 'Example Person', 'me@example.com', '[\"pregnancy\"]', '{status}', '{at}')"
            for message, status in (("m2", "requested"), ("m1", "cancelled"))
        ),
        # What Rasa's own SQL tracker store made and filled; rows of other conversations lie between.
        f"CREATE TABLE events (id {number} PRIMARY KEY, sender_id VARCHAR(255) NOT NULL, type_name VARCHAR(255) NOT NULL,"
        " timestamp FLOAT, intent_name VARCHAR(255), action_name VARCHAR(255), data TEXT)",
    ]
    for sender, kind in (("c1", "action"), ("gone", "user"), ("c1", "user"), ("c1", "bot")):
        entities = [{"entity": "life_stage", "value": "pregnant"}]
        parsed = {"intent": {"name": "ask_scars", "confidence": 0.9}, "entities": entities}
        data = json.dumps({"event": kind, "message_id": "m1", "parse_data": parsed})
        statements.append(
            "INSERT INTO events (sender_id, type_name, timestamp, data)"
            f" VALUES ('{sender}', '{kind}', 1767261600.25, '{data}')"
        )
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement.replace(":", r"\:")))


def test_conversations_of_the_first_release_are_kept(old_url: str, tmp_path: Path) -> None:
    migrate(load_settings(database_url=old_url, data_dir=tmp_path))
    database = Database(old_url)
    with database.reading() as session:
        assert [json.loads(data)["event"] for data in events_after(session, "c1", 0)] == [
            "action",
            "user",
            "bot",
        ]
        head = read_head(session, "c1")
        assert head is not None
        assert head.last_seq == 3
        assert [(row.cursor, row.channel, row.text) for row in messages_after(session, "c1", 0)] == [
            (1, "widget", "does it help with scars"),
            (2, "widget", "It may."),
        ]
        assert mentioned_entities(session, "c1") == [[{"entity": "life_stage", "value": "pregnant"}]]
        assert topics_said(session, "c1") == {"scars", "benefits"}
        assert [row.cursor for row in find_messages(session, words="scar")] == [1]
    database.close()


def test_requests_of_earlier_releases_are_bookings_without_a_time(old_url: str, tmp_path: Path) -> None:
    migrate(load_settings(database_url=old_url, data_dir=tmp_path))
    database = Database(old_url)
    with database.transaction() as session:
        first, second = session.execute(select(Booking).order_by(Booking.id)).scalars()
        assert (first.inbound_id, first.status, second.inbound_id, second.status) == (
            "m2",
            "requested",
            "m1",
            "cancelled",
        )
        assert (first.name, first.email, first.cautions) == ("Example Person", "me@example.com", ["pregnancy"])
        assert (first.starts_at, first.wishes, first.sequence) == (None, "", 0)
        assert first.changed_at == first.created_at
        assert {len(first.code), len(second.code)} == {8}
        request_booking(session, "c1", "m3", name="Example O'Person", phone=None, email="me@example.com")
        assert [request.name for request in open_requests(session)] == ["Example O'Person"]
    database.close()
