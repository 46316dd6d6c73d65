"""Staff find messages by what they look for, through an index."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.conversations.replies import Reply
from bot.conversations.search import find_messages
from bot.database import Database, now
from tests.support.conversations import answered, received, started


@pytest.fixture
def filled(database: Database) -> Database:
    """Two conversations: one about scars on the website, one about pain on WhatsApp."""
    chat = started(database)
    received(database, chat, "m1", text="does it help with acne scars?")
    answered(database, chat, "m1", Reply("It may.", topics=["scars"], outcome="answered"))
    other = started(database, channel="whatsapp")
    received(database, other, "m2", text="does it hurt")
    answered(database, other, "m2", Reply("I have no answer.", outcome="unanswered"))
    return database


def found(database: Database, **conditions: Any) -> list[str]:
    with database.reading() as session:
        return [message.text for message in find_messages(session, **conditions)]


@pytest.mark.parametrize(
    ("conditions", "texts"),
    [
        ({"channel": "whatsapp"}, ["I have no answer.", "does it hurt"]),
        ({"outcome": "unanswered"}, ["I have no answer."]),
        ({"topic": "scars"}, ["It may."]),
        ({"topic": "pain_and_numbing"}, []),
        ({"words": "scar"}, ["does it help with acne scars?"]),
        ({"words": "SCARS acne"}, ["does it help with acne scars?"]),
        ({"words": "scars swimming"}, []),
        ({"words": "answer", "channel": "widget"}, []),
        ({"most": 1}, ["I have no answer."]),
    ],
)
def test_every_condition_narrows(filled: Database, conditions: dict[str, Any], texts: list[str]) -> None:
    assert found(filled, **conditions) == texts


@pytest.mark.parametrize(
    "words", ["'; DROP TABLE message; --", '"', "NOT (scars OR", "*", "scars:*", "a" * 5000]
)
def test_odd_words_are_only_words(filled: Database, words: str) -> None:
    found(filled, words=words)
    assert len(found(filled)) == 4


def test_time_is_bounded_on_both_sides(filled: Database) -> None:
    moment = now()
    assert len(found(filled, since=moment - timedelta(minutes=1), until=moment)) == 4
    assert found(filled, since=moment) == []
    assert found(filled, until=moment - timedelta(minutes=1)) == []


def test_erased_words_are_not_found(filled: Database) -> None:
    with filled.transaction() as session:
        session.execute(text("DELETE FROM message_topic"))
        session.execute(text("DELETE FROM message WHERE text LIKE '%scars%'"))
    assert found(filled, words="scars") == []


PLANS = {
    "SELECT * FROM message WHERE outcome = 'urgent' ORDER BY at DESC LIMIT 9": "ix_message_outcome",
    "SELECT * FROM message WHERE channel = 'widget' ORDER BY at DESC LIMIT 9": "ix_message_channel",
    "SELECT * FROM message WHERE at > '2026-01-01' ORDER BY at DESC LIMIT 9": "ix_message_at",
    "SELECT * FROM message_topic WHERE topic = 'scars' AND at > '2026-01-01'": "ix_message_topic",
}


@pytest.mark.parametrize(("query", "index"), list(PLANS.items()))
def test_question_is_answered_by_its_index(database: Database, query: str, index: str) -> None:
    assert index in plan(database, query)


def plan(database: Database, query: str) -> str:
    """How the database would answer the query."""
    explain = "EXPLAIN QUERY PLAN" if database.engine.dialect.name == "sqlite" else "EXPLAIN"
    with database.transaction() as session:
        if database.engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))  # an empty table is read whole otherwise
        return str(session.execute(text(f"{explain} {query}")).all())


WORDS = {
    "sqlite": ("SELECT rowid FROM message_words WHERE message_words MATCH 'scars'", "VIRTUAL TABLE INDEX"),
    "postgresql": (
        "SELECT * FROM message WHERE to_tsvector('english', text) @@ plainto_tsquery('english', 'scars')",
        "ix_message_words",
    ),
}


def test_words_are_found_by_their_index(database: Database) -> None:
    query, index = WORDS[database.engine.dialect.name]
    assert index in plan(database, query)
