"""Erasing a conversation leaves nothing of it but the retired id."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.booking.models import Booking
from bot.booking.service import erase_bookings, request_booking
from bot.conversations import inbound
from bot.conversations.conversation import ConversationGoneError, start_conversation
from bot.conversations.gaps import record_gap
from bot.conversations.handoff import request_handoff
from bot.conversations.models import (
    Conversation,
    Event,
    Handoff,
    Inbound,
    KnowledgeGap,
    Message,
    MessageTopic,
)
from bot.conversations.privacy import erase_conversation, forget_words
from bot.conversations.replies import Reply
from bot.conversations.turn import DialogueEvent, Said, Turn, commit_turn
from bot.database import Database, now
from tests.support.conversations import received, started

PERSONAL = (Event, Inbound, Message, MessageTopic, Handoff, KnowledgeGap, Booking)


def full_conversation(database: Database) -> str:
    with database.transaction() as session:
        conversation_id = start_conversation(session, channel="widget")
        session.flush()
        inbound.receive(session, conversation_id, "m1", text="hello", per_minute=20)
        session.flush()
        said = Said("m1", "hello", entities=[{"entity": "life_stage", "value": "pregnant"}])
        event = DialogueEvent("user", now(), "{}")
        replies = [Reply("hi", topics=["pregnancy"])]
        commit_turn(session, Turn(conversation_id, "widget", events=[event], said=said, replies=replies))
        record_gap(session, conversation_id, "m1", question="can I swim")
        request_handoff(session, conversation_id, "m1", reason="asked", summary="hello", name="Example Person")
        request_booking(
            session, conversation_id, "m1", name="Example Person", phone="+442079460000", email=None
        )
    return conversation_id


def rows(database: Database) -> list[int]:
    with database.reading() as session:
        return [session.execute(select(func.count()).select_from(model)).scalar_one() for model in PERSONAL]


def erase(database: Database, conversation_id: str) -> None:
    with database.transaction() as session:
        erase_conversation(session, conversation_id, [erase_bookings])


def test_erasure_empties_every_table(database: Database) -> None:
    conversation_id = full_conversation(database)
    assert rows(database) == [1, 1, 2, 1, 1, 1, 1]

    erase(database, conversation_id)
    assert rows(database) == [0, 0, 0, 0, 0, 0, 0]


def test_erasure_leaves_other_conversations(database: Database) -> None:
    kept, erased = full_conversation(database), full_conversation(database)

    erase(database, erased)
    assert rows(database) == [1, 1, 2, 1, 1, 1, 1]
    with database.reading() as session:
        assert session.execute(select(Message.conversation_id).distinct()).scalars().all() == [kept]


def test_erased_conversation_takes_no_more_messages(database: Database) -> None:
    conversation_id = full_conversation(database)
    erase(database, conversation_id)

    with pytest.raises(ConversationGoneError), database.transaction() as session:
        inbound.receive(session, conversation_id, "m2", text="hello", per_minute=20)
    with database.reading() as session:
        assert session.get(Conversation, conversation_id).erased_at is not None


def test_erased_words_are_nowhere_in_the_database_file(database: Database) -> None:
    """SQLite keeps deleted words in its search index and its log; PostgreSQL has no such file to look at."""
    conversation_id = started(database)
    received(database, conversation_id, "m1", text="my xylophone hurts")
    erase(database, conversation_id)
    forget_words(database)
    file = Path(database.engine.url.database or "")
    stored = [path.read_bytes() for path in file.parent.glob(f"{file.name}*")] if file.is_file() else []
    assert not any(b"xylophon" in content for content in stored)
    assert len(stored) > 0 or database.engine.dialect.name == "postgresql"
