"""What is put before staff, once per message."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.conversations.alerts import AlertRoutes
from bot.conversations.conversation import start_conversation
from bot.conversations.gaps import record_gap
from bot.conversations.handoff import SUMMARY_LENGTH, request_handoff, waiting_handoffs
from bot.conversations.models import Handoff, KnowledgeGap
from bot.conversations.outbox import list_waiting
from bot.database import Database


def test_repeated_turn_makes_one_handoff_and_one_gap(database: Database) -> None:
    with database.transaction() as session:
        conversation_id = start_conversation(session, channel="widget")
    for _ in range(2):
        with database.transaction() as session:
            request_handoff(session, conversation_id, "m1", reason="asked", summary="please call")
            record_gap(session, conversation_id, "m1", question="can I swim")

    with database.reading() as session:
        assert session.execute(select(func.count(Handoff.id))).scalar_one() == 1
        assert session.execute(select(func.count(KnowledgeGap.id))).scalar_one() == 1


def test_contact_that_comes_later_is_filled_in(database: Database) -> None:
    with database.transaction() as session:
        conversation_id = start_conversation(session, channel="widget")
        session.flush()
        request_handoff(session, conversation_id, "m1", reason="concerning", summary="yellow")
        request_handoff(
            session,
            conversation_id,
            "m1",
            reason="asked",
            summary="yellow",
            name="Example",
            phone="+442079460000",
        )
    with database.reading() as session:
        (handoff,) = waiting_handoffs(session)
        assert (handoff.reason, handoff.name, handoff.phone) == ("concerning", "Example", "+442079460000")


def test_long_summary_is_cut(database: Database) -> None:
    with database.transaction() as session:
        conversation_id = start_conversation(session, channel="widget")
        session.flush()
        handoff = request_handoff(session, conversation_id, "m1", reason="asked", summary="x" * 5000 + "end")
        assert len(handoff.summary) == SUMMARY_LENGTH
        assert handoff.summary.endswith("end")


def test_staff_are_told_once_and_nothing_of_the_visitor(database: Database) -> None:
    with database.transaction() as session:
        conversation_id = start_conversation(session, channel="widget")
    for _ in range(2):
        with database.transaction() as session:
            request_handoff(
                session,
                conversation_id,
                "m1",
                reason="urgent",
                summary="my throat is closing",
                name="Example Person",
                phone="+442079460000",
                email="me@example.com",
                alert_to=AlertRoutes(email="staff@clinic.example"),
            )
    with database.reading() as session:
        (alert,) = list_waiting(session)
    assert (alert.kind, alert.key, alert.conversation_id) == (
        "email",
        f"alert:{conversation_id}:m1",
        conversation_id,
    )
    assert set(alert.payload) == {"to", "template", "conversation_id", "at"}
    assert (alert.payload["to"], alert.payload["template"]) == ("staff@clinic.example", "alert_urgent")


def test_nobody_is_told_where_there_is_no_address(database: Database) -> None:
    with database.transaction() as session:
        conversation_id = start_conversation(session, channel="widget")
        session.flush()
        request_handoff(session, conversation_id, "m1", reason="asked", summary="please call")
    with database.reading() as session:
        assert list_waiting(session) == []
