"""`make run` as a whole: it restarts what crashes, keeps emergencies answered, forgets what is erased, and stops."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from bot.settings import PROJECT_DIR
from tests.support.assistant import SHARED_FOLDERS, TRAINED, free_port
from tests.support.visitor import Visitor

STARTED = "The assistant answers."


@dataclass
class Run:
    """A running `python -m bot.cli run`."""

    process: subprocess.Popen[str]
    folder: Path
    rasa_port: int
    actions_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.rasa_port}/webhooks/widget"

    def action_server(self) -> int:
        """The process id of the action server, found by its port in its command line."""
        for entry in Path("/proc").iterdir():
            command = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            if b"rasa_sdk" in command and str(self.actions_port).encode() in command:
                return int(entry.name)
        raise AssertionError("no action server")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    if not Path("/proc").is_dir():
        pytest.skip("finding processes needs /proc")
    folder = tmp_path_factory.mktemp("run")
    for name in SHARED_FOLDERS:
        (folder / name).symlink_to(TRAINED / name, target_is_directory=True)
    ports = free_port(), free_port()
    environment = {"DATA_DIR": str(folder), "DATABASE_URL": "", "RASA_PORT": str(ports[0])}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "run"],
        cwd=PROJECT_DIR,
        env={**os.environ, **environment, "ACTIONS_PORT": str(ports[1])},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert any(STARTED in line for line in process.stdout)
    yield Run(process, folder, *ports)
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.3)


def test_emergency_is_answered_while_the_action_server_hangs_and_after_it_dies(run: Run) -> None:
    server = run.action_server()
    os.kill(server, signal.SIGSTOP)
    hung = Visitor(run.url).say("i cant breathe my throat is closing")
    os.kill(server, signal.SIGKILL)
    dead = Visitor(run.url).say("I want to kill myself")
    assert [hung["outcome"], dead["outcome"]] == ["urgent", "urgent"]


def test_crashed_action_server_is_restarted(run: Run) -> None:
    wait_until(lambda: Visitor(run.url).say("how long is recovery")["outcome"] == "answered")
    os.kill(run.action_server(), signal.SIGKILL)
    wait_until(lambda: Visitor(run.url).say("how long is recovery")["outcome"] == "answered")


def test_erased_conversation_is_in_no_table_but_its_retired_id(run: Run) -> None:
    visitor = Visitor(run.url)
    details = ("Example Person me@example.com", "acne scars", "any morning", "yes please")
    for text in ("can i go swimming after", "book a consultation", *details):
        visitor.client.post(
            f"{run.url}/messages", headers=visitor.headers, json={"id": str(uuid4()), "text": text}
        )
    before = _tables_that_know(run, visitor.conversation_id)
    assert {"event", "inbound", "message", "knowledge_gap", "booking"} <= before
    visitor.client.delete(f"{run.url}/conversation", headers=visitor.headers)
    assert _tables_that_know(run, visitor.conversation_id) == {"conversation"}


def test_logs_hold_nothing_that_visitors_wrote(run: Run) -> None:
    logs = "".join(file.read_text(errors="replace") for file in (run.folder / "log").iterdir())
    assert logs
    for words in ("throat is closing", "kill myself", "Example Person", "me@example.com"):
        assert words not in logs


def test_closed_terminal_stops_everything(run: Run) -> None:
    run.process.send_signal(signal.SIGHUP)
    assert run.process.wait(30) == 0
    for port in (run.rasa_port, run.actions_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def _tables_that_know(run: Run, conversation_id: str) -> set[str]:
    with sqlite3.connect(run.folder / "clinic.db") as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name
            for name in names
            if conversation_id in str(database.execute(f'SELECT * FROM "{name}"').fetchall())
        }  # noqa: S608
