"""The worker delivers whatever happens to the mail server, the database or itself: at least once, recognisably."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

import bot.database
from bot.conversations import outbox
from bot.conversations.alerts import AlertRoutes
from bot.conversations.conversation import start_conversation
from bot.conversations.handoff import request_handoff
from bot.conversations.models import Outgoing
from bot.conversations.outbox import DeliveryError, Pace
from bot.conversations.privacy import erase_conversation
from bot.database import Database
from bot.settings import PROJECT_DIR, load_clinic, load_settings
from bot.worker import Worker, installed_deliverers, main
from tests.conftest import POSTGRES_URL
from tests.support.assistant import free_port
from tests.support.mail import Postbox, mail_server

PROMPT = Pace(lease=timedelta(seconds=2), first_wait=timedelta(0))
CLINIC = load_clinic(PROJECT_DIR / "clinic.toml")
# `python -m bot.worker`, with a lease that a test can wait for.
IMPATIENT = """
import logging
from datetime import timedelta
from bot.conversations.outbox import Pace
from bot.settings import load_clinic, load_settings
from bot.worker import serve
logging.basicConfig(level=logging.INFO)
settings = load_settings()
serve(settings, load_clinic(settings.clinic_file), pace=Pace(lease=timedelta(seconds=1)))
"""


def alert(database: Database) -> str:
    """Put an alert into the outbox, as a handoff does."""
    with database.transaction() as session:
        conversation_id = start_conversation(session, channel="widget")
        session.flush()
        request_handoff(
            session,
            conversation_id,
            "m1",
            reason="urgent",
            summary="my throat is closing",
            name="Example Person",
            phone="+442079460000",
            alert_to=AlertRoutes(email="staff@clinic.example"),
        )
    return conversation_id


def put(database: Database, *keys: str, kind: str = "test") -> None:
    with database.transaction() as session:
        for key in keys:
            outbox.enqueue(session, kind=kind, key=key, lane=key, payload={})


def mailer(database: Database, port: int, pace: Pace = PROMPT) -> Worker:
    settings = load_settings(smtp_url=f"smtp://127.0.0.1:{port}", mail_from="assistant@clinic.example")
    return Worker(database, installed_deliverers(settings, CLINIC), pace=pace)


def rows(database: Database) -> list[Outgoing]:
    with database.reading() as session:
        return session.query(Outgoing).order_by(Outgoing.id).all()  # type: ignore[no-any-return]


def state(database: Database) -> list[tuple[str, int, str | None]]:
    return [(row.status, row.attempts, row.fault) for row in rows(database)]


def wait_until(true: Callable[[], Any], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def at_work(worker: Worker) -> Iterator[None]:
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(10)
        assert not thread.is_alive()


@contextmanager
def process(database: Database, port: int, *command: str) -> Iterator[subprocess.Popen[str]]:
    settings = {
        "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "SMTP_URL": f"smtp://127.0.0.1:{port}",
        "MAIL_FROM": "assistant@clinic.example",
        "CLINIC_FILE": str(PROJECT_DIR / "clinic.toml"),
    }
    started = subprocess.Popen(
        [sys.executable, *command],
        cwd=PROJECT_DIR,
        env={**os.environ, **settings},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.communicate(timeout=10)


def test_alert_reaches_staff_and_tells_nothing_of_the_visitor(database: Database) -> None:
    postbox = Postbox()
    conversation_id = alert(database)
    with mail_server(postbox) as port:
        worker = mailer(database, port)
        assert [worker.deliver_next(), worker.deliver_next()] == [True, False]
    (mail,) = postbox.mails
    assert (mail["To"], mail["Subject"]) == ("staff@clinic.example", "Urgent: a visitor needs you")
    assert conversation_id in mail.get_content()
    for words in ("throat", "Example Person", "442079460000"):
        assert words not in mail.as_string()
    assert state(database) == [("sent", 1, None)]


def test_server_that_says_later_is_asked_again(database: Database) -> None:
    postbox = Postbox(answers=["451 Later"])
    alert(database)
    with mail_server(postbox) as port:
        worker = mailer(database, port)
        worker.deliver_next()
        assert state(database) == [("waiting", 1, "The mail server refuses the mail (451).")]
        worker.deliver_next()
    assert state(database) == [("sent", 2, None)]
    assert postbox.mails[0]["Message-ID"] == postbox.mails[1]["Message-ID"]


def test_refusal_for_good_is_given_up_and_names_nobody(database: Database) -> None:
    postbox = Postbox(recipient_answer="550 <staff@clinic.example> unknown")
    alert(database)
    with mail_server(postbox) as port:
        worker = mailer(database, port)
        assert [worker.deliver_next(), worker.deliver_next()] == [True, False]
    assert state(database) == [("dead", 1, "The mail server refuses the recipient (550).")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_server_that_comes_back_gets_the_mail(database: Database) -> None:
    postbox, port = Postbox(), free_port()
    alert(database)
    with at_work(mailer(database, port, Pace(first_wait=timedelta(milliseconds=50), growth=1))):
        wait_until(lambda: rows(database)[0].attempts > 1)
        with mail_server(postbox, port=port):
            wait_until(lambda: state(database)[0][0] == "sent")
    assert len(postbox.mails) == 1


def test_killed_worker_delivers_again_with_the_same_message_id(database: Database) -> None:
    """Killed between the delivery and its mark: the server holds the mail, and its answer reaches nobody."""
    postbox = Postbox(thinks=30)
    alert(database)
    with mail_server(postbox) as port:
        with process(database, port, "-c", IMPATIENT) as worker:
            wait_until(lambda: postbox.mails)
            worker.send_signal(signal.SIGKILL)
            worker.wait(10)
        assert state(database) == [("waiting", 1, None)]
        postbox.thinks = 0
        with process(database, port, "-c", IMPATIENT):
            wait_until(lambda: state(database)[0][0] == "sent")
    first, second = postbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_content() == second.get_content()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_worker_that_is_told_to_stop_finishes_the_mail_in_hand(database: Database) -> None:
    postbox = Postbox(thinks=0.5)
    alert(database)
    alert(database)
    with mail_server(postbox) as port, process(database, port, "-m", "bot.worker") as worker:
        wait_until(lambda: postbox.mails)
        worker.send_signal(signal.SIGTERM)
        _, log = worker.communicate(timeout=10)
        assert worker.returncode == 0
    assert [status for status, _, _ in state(database)] == ["sent", "waiting"]
    assert "ready and delivers: email" in log
    assert "staff@clinic.example" not in log


def test_wrong_setting_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SMTP_URL", "mail.clinic.example")
    assert main() == 1
    fault = capsys.readouterr().err
    assert "smtp_url" in fault
    assert fault.count("\n") == 1


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """SQLite's one write lock is held; PostgreSQL ends its connections and takes no new ones."""
    if database.engine.dialect.name == "sqlite":
        with database.transaction() as session:
            session.execute(text("SELECT 1"))
            yield
        return
    name = make_url(database.engine.url).database
    engine = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT", future=True)
    end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    with engine.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        connection.execute(end, {"name": name})
        try:
            yield
        finally:
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
    engine.dispose()


@pytest.fixture
def busy_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite gives up waiting for its lock early, so that three seconds of it are an outage."""
    monkeypatch.setattr(bot.database, "BUSY_TIMEOUT_SECONDS", 0.2)


def test_database_that_is_away_before_a_delivery_is_waited_for(busy_soon: None, database: Database) -> None:
    delivered: list[str] = []
    put(database, "a")
    worker_database = Database(database.engine.url.render_as_string(hide_password=False))
    worker = Worker(worker_database, {"test": lambda key, _payload: delivered.append(key)}, poll_seconds=0.1)
    with ExitStack() as stack:
        with locked(database):
            stack.enter_context(at_work(worker))
            time.sleep(0.6)
            assert not delivered
        wait_until(lambda: delivered)
    worker_database.close()
    assert delivered == ["a"]


def test_database_that_goes_away_during_a_delivery_gets_its_mark_later(
    busy_soon: None, database: Database
) -> None:
    delivered: list[str] = []
    delivering, away = threading.Event(), threading.Event()

    def deliver(key: str, _payload: dict[str, Any]) -> None:
        delivering.set()
        away.wait(10)
        delivered.append(key)

    put(database, "a", "b")
    worker_database = Database(database.engine.url.render_as_string(hide_password=False))
    with at_work(Worker(worker_database, {"test": deliver}, poll_seconds=0.1)):
        delivering.wait(10)
        with locked(database):
            away.set()
            time.sleep(3)
        wait_until(lambda: [row.status for row in rows(database)] == ["sent", "sent"])
    worker_database.close()
    assert delivered == ["a", "b"]


def test_bad_row_never_stops_the_others(database: Database) -> None:
    delivered: list[str] = []

    def deliver(key: str, _payload: dict[str, Any]) -> None:
        if key == "bad":
            raise KeyError("my throat is closing")
        delivered.append(key)

    put(database, "bad", "a", "b")
    with at_work(Worker(database, {"test": deliver}, pace=PROMPT)):
        wait_until(lambda: len(delivered) == 2 and rows(database)[0].status == "dead")
    assert state(database)[0] == ("dead", PROMPT.most_attempts, "A fault of the program's (KeyError).")


def test_deliverers_wish_to_wait_is_respected(database: Database) -> None:
    def deliver(_key: str, _payload: dict[str, Any]) -> None:
        raise DeliveryError("Slow down.", retry_after=60)

    put(database, "a")
    worker = Worker(database, {"test": deliver}, pace=PROMPT)
    assert [worker.deliver_next(), worker.deliver_next()] == [True, False]
    assert state(database) == [("waiting", 1, "Slow down.")]


def test_what_nobody_delivers_is_left_waiting(database: Database) -> None:
    put(database, "a", kind="pigeon")
    assert not Worker(database, {}).deliver_next()
    assert not Worker(database, {"test": lambda _key, _payload: None}).deliver_next()
    assert state(database) == [("waiting", 0, None)]


def test_conversation_erased_during_its_delivery_is_no_fault(database: Database) -> None:
    conversation_id = alert(database)

    def deliver(_key: str, _payload: dict[str, Any]) -> None:
        with database.transaction() as session:
            erase_conversation(session, conversation_id, [])

    assert Worker(database, {"email": deliver}).deliver_next()
    assert rows(database) == []


def test_woken_worker_looks_at_once(database: Database) -> None:
    delivered: list[str] = []
    worker = Worker(database, {"test": lambda key, _payload: delivered.append(key)}, poll_seconds=60)
    with at_work(worker):
        time.sleep(0.2)
        put(database, "a")
        worker.wake()
        wait_until(lambda: delivered, seconds=2)
