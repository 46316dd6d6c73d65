"""Once a minute the worker ends takeovers in which the person has fallen silent, whatever else goes wrong."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

import bot.worker
from bot.chores import end_idle_takeovers
from bot.conversations.alerts import AlertRoutes
from bot.conversations.handoff import request_handoff
from bot.conversations.history import messages_after
from bot.conversations.models import Conversation
from bot.conversations.outbox import count_by_status
from bot.conversations.takeover import current_takeover, take_over
from bot.database import Database, now
from bot.settings import PROJECT_DIR, Handover, load_clinic, load_settings
from bot.worker import Worker, installed_deliverers
from tests.support.conversations import started
from tests.support.web import Doorkeeper, web_server

HANDOVER = Handover()


def taken(database: Database, *, minutes_ago: int) -> str:
    conversation_id = started(database)
    with database.transaction() as session:
        take_over(session, conversation_id, by="Example Nurse", now=now(), handover=HANDOVER)
        ago = now() - timedelta(minutes=minutes_ago)
        session.flush()
        this = update(Conversation).where(Conversation.id == conversation_id)
        session.execute(this.values(taken_over_at=ago))
    return conversation_id


def is_taken(database: Database, conversation_id: str) -> bool:
    with database.reading() as session:
        return current_takeover(session, conversation_id) is not None


def test_idle_takeover_is_ended_and_the_visitor_told(database: Database) -> None:
    idle, busy = taken(database, minutes_ago=30), taken(database, minutes_ago=29)
    end_idle_takeovers(database, handover=HANDOVER)
    assert [is_taken(database, idle), is_taken(database, busy)] == [False, True]
    with database.reading() as session:
        assert [row.text for row in messages_after(session, idle, 0)] == [HANDOVER.joined, HANDOVER.left]


def test_chores_are_done_again_and_again_whatever_fails(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done, enough = [], threading.Event()

    def broken(_: Database) -> None:
        raise RuntimeError("my secret")

    def count(_: Database) -> None:
        done.append(1)
        if len(done) == 3:
            enough.set()

    monkeypatch.setattr(bot.worker, "CHORE_SECONDS", 0.05)
    worker = Worker(database, {}, poll_seconds=0.01, chores=[broken, count])
    thread = threading.Thread(target=worker.run)
    with caplog.at_level(logging.ERROR):
        thread.start()
        assert enough.wait(10)
        worker.stop()
        thread.join(10)
    assert "A chore failed" in caplog.text
    assert "my secret" not in caplog.text


def test_chores_wait_for_their_minute(database: Database) -> None:
    done: list[int] = []
    worker = Worker(database, {}, poll_seconds=0.01, chores=[lambda _: done.append(1)])
    thread = threading.Thread(target=worker.run)
    thread.start()
    threading.Event().wait(0.3)
    worker.stop()
    thread.join(10)
    assert done == [1]


def test_worker_tells_the_web_address_of_a_handoff(database: Database) -> None:
    conversation_id = started(database)
    with database.transaction() as session:
        ids = (conversation_id, "m1")
        request_handoff(session, *ids, reason="urgent", summary="words", alert_to=AlertRoutes(webhook=True))
    door = Doorkeeper(answers=[(503, {})])
    with web_server(door) as url:
        settings = load_settings(smtp_url="", alert_webhook_url=url, secret_key="an example")
        clinic = load_clinic(PROJECT_DIR / "clinic.toml")
        worker = Worker(database, installed_deliverers(settings, clinic))
        assert worker.deliver_next()
        with database.reading() as session:
            assert count_by_status(session)["waiting"] == 1  # it said "later"
        with database.transaction() as session:
            session.execute(update(bot.worker.Outgoing).values(due_at=now() - timedelta(hours=1)))
        assert worker.deliver_next()
    with database.reading() as session:
        assert count_by_status(session) == {"waiting": 0, "sent": 1, "dead": 0}
    assert len(door.calls) == 2
    assert conversation_id.encode() in door.calls[0][2]
    assert b"words" not in door.calls[0][2]


def test_nothing_is_delivered_without_settings() -> None:
    clinic = load_clinic(PROJECT_DIR / "clinic.toml")
    assert installed_deliverers(load_settings(smtp_url="", alert_webhook_url=""), clinic) == {}
