"""Erasing a conversation leaves nothing of it but the retired id."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text

from bot.booking.models import BookingRequest
from bot.booking.service import erase_bookings, request_booking
from bot.conversations import inbound
from bot.conversations.gaps import record_gap
from bot.conversations.handoff import request_handoff
from bot.conversations.inbound import Reply
from bot.conversations.models import Conversation, Handoff, Inbound, KnowledgeGap, Message
from bot.conversations.privacy import erase_conversation
from bot.database import Database
from bot.dialogue.erasure import erase_tracker

PERSONAL = (Inbound, Message, Handoff, KnowledgeGap, BookingRequest)


def full_conversation(database: Database) -> str:
    with database.transaction() as session:
        conversation_id = inbound.start_conversation(session, channel="widget")
        session.flush()
        inbound.receive(session, conversation_id, "m1", text="hello", per_minute=20)
        session.flush()
        inbound.answer(session, conversation_id, "m1", [Reply("hi")])
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
        erase_conversation(session, conversation_id, [erase_bookings, erase_tracker])


def test_erasure_empties_every_table(database: Database) -> None:
    conversation_id = full_conversation(database)
    assert rows(database) == [1, 2, 1, 1, 1]

    erase(database, conversation_id)
    assert rows(database) == [0, 0, 0, 0, 0]


def test_erasure_leaves_other_conversations(database: Database) -> None:
    kept, erased = full_conversation(database), full_conversation(database)

    erase(database, erased)
    assert rows(database) == [1, 2, 1, 1, 1]
    with database.reading() as session:
        assert session.execute(select(Message.conversation_id).distinct()).scalars().all() == [kept]


def test_erased_conversation_takes_no_more_messages(database: Database) -> None:
    conversation_id = full_conversation(database)
    erase(database, conversation_id)

    with pytest.raises(inbound.ConversationGoneError), database.transaction() as session:
        inbound.receive(session, conversation_id, "m2", text="hello", per_minute=20)
    with database.reading() as session:
        assert session.get(Conversation, conversation_id).erased_at is not None


def test_erasure_removes_the_trackers_events(database: Database) -> None:
    conversation_id = full_conversation(database)
    with database.transaction() as session:
        session.execute(text("CREATE TABLE events (sender_id VARCHAR(255), data TEXT)"))
        session.execute(text("INSERT INTO events VALUES (:id, 'x'), ('other', 'y')"), {"id": conversation_id})

    erase(database, conversation_id)
    with database.reading() as session:
        assert session.execute(text("SELECT sender_id FROM events")).scalars().all() == ["other"]
