"""The whole assistant as `make run` starts it, with a hold on each of its processes, on its clock and on its post."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import training
from bot.database import Database
from bot.settings import PROJECT_DIR
from tests.faults.script import QUESTION
from tests.support.assistant import running
from tests.support.mail import Postbox, mail_server
from tests.support.visitor import Visitor

STAFF = "staff@clinic.example"
PROCESSES = {"rasa": b"--model", "actions": b"rasa_sdk", "worker": b"bot.worker"}  # a word of each command line
CLOCK_MODULE = Path(__file__).parent / "clock"


class Clock:
    """What the assistant's processes take for the time of day; a test sets it ahead or back while they run."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(0)

    @property
    def file(self) -> Path:
        """Holds the seconds by which it is off."""
        return self._file

    def set(self, seconds: float) -> None:
        """Step to so many seconds ahead of the real time; negative: behind it."""
        draft = self._file.with_suffix(".new")
        draft.write_text(str(seconds))
        draft.replace(self._file)
        time.sleep(0.1)  # until every process has seen it

    @contextmanager
    def right_afterwards(self) -> Iterator[None]:
        """It shows the real time again at the end of the block."""
        try:
            yield
        finally:
            self.set(0)


@dataclass
class House:
    """A running assistant."""

    engine: str
    url: str
    folder: Path
    database: Database
    clock: Clock
    postbox: Postbox

    def pid(self, name: str) -> int | None:
        """The process id of `rasa`, `actions` or `worker`: the supervisor's child; None while it is not there."""
        supervisor = (self.folder / "supervisord.pid").read_text().strip()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _runs(entry, supervisor, PROCESSES[name]):
                return int(entry.name)
        return None

    def aim(self, name: str) -> Callable[[], None]:
        """What ends the process with SIGKILL, without a moment's delay; waits until it is there."""
        pid = wait_until(lambda: self.pid(name))

        def kill() -> None:
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: self.pid(name) != pid)

        return kill

    def kill(self, name: str) -> None:
        """End the process with SIGKILL, as soon as it is there."""
        self.aim(name)()

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """The process does nothing until the end of the block."""
        pid = wait_until(lambda: self.pid(name))
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def answers(self) -> bool:
        """Whether a new visitor's question gets its answer."""
        try:
            return Visitor(self.url).say(QUESTION.text)["outcome"] in QUESTION.outcomes
        except (httpx.HTTPError, ValueError, KeyError, AssertionError):  # no server, or one that apologises
            return False


def wait_until(found: Callable[[], Any], seconds: float = 90) -> Any:
    """The first result of `found` that is true."""
    deadline = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)
    return result


@contextmanager
def open_house(engine: str, folder: Path, database_url: str) -> Iterator[House]:
    """An assistant of its own that alerts staff by a real mail server, until the end of the block."""
    clock, postbox = Clock(folder / "clock"), Postbox()
    database = Database(database_url)
    with pytest.MonkeyPatch.context() as patch, mail_server(postbox) as port:
        for name, value in _environment(folder, port).items():
            patch.setenv(name, value)
        patch.setattr(training, "child_environment", with_clock(training.child_environment, clock.file))
        with running(folder, database_url) as url:
            yield House(engine, url, folder, database, clock, postbox)
    database.close()


def _environment(folder: Path, mail_port: int) -> dict[str, str]:
    clinic = (PROJECT_DIR / "clinic.toml").read_text(encoding="utf-8")
    with_alerts = clinic.replace('[alerts]\nemail = ""', f'[alerts]\nemail = "{STAFF}"')
    assert with_alerts != clinic
    (folder / "clinic.toml").write_text(with_alerts, encoding="utf-8")
    return {
        "CLINIC_FILE": str(folder / "clinic.toml"),
        "SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
        "MAIL_FROM": "assistant@clinic.example",
    }


def with_clock(original: Callable[..., dict[str, str]], file: Path) -> Callable[..., dict[str, str]]:
    def environment(*arguments: Any) -> dict[str, str]:
        told = original(*arguments)
        return {
            **told,
            "PYTHONPATH": f"{CLOCK_MODULE}{os.pathsep}{told['PYTHONPATH']}",
            "CLOCK_FILE": str(file),
        }

    return environment


def _runs(process: Path, parent: str, word: bytes) -> bool:
    try:
        status = (process / "stat").read_text().rpartition(")")[2].split()
        return status[1] == parent and word in (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
