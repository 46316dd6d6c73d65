"""Starting and stopping the two assistants, each the way its user does: `rasa run`, and what `make run` calls."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.load import Target
from benchmarks.speed.places import BenchmarkError, shown
from benchmarks.speed.training import OURS_DATA_DIR, QUIET, STOCK_DIR, STOCK_MODEL
from bot.settings import PROJECT_DIR

STOP_SECONDS = 40.0
TRAINED_FOLDERS = ("encoder", "spacy", "models")
NO_LIMIT = "1000000"  # messages a minute: a benchmark is no patient visitor


@dataclass(frozen=True)
class Server:
    """A started assistant.

    Args:
        process: the command's own process; the servers may be its children.
        port: where Rasa listens.
        log: what the command wrote.
        actions_port: where the action server listens, 0 where there is none.
    """

    process: subprocess.Popen[bytes]
    target: Target
    port: int
    log: Path
    actions_port: int = 0

    def require_running(self) -> None:
        """Check that the command has not ended.

        Raises:
            BenchmarkError: it has.
        """
        if self.process.poll() is not None:
            raise BenchmarkError(f"An assistant ended before it answered: see {shown(self.log)}.")


@contextmanager
def stock(folder: Path) -> Iterator[Server]:
    """Stock Rasa, trained, with a new SQLite tracker store, through its own `rest` channel."""
    (STOCK_DIR / "stock.db").unlink(missing_ok=True)
    port = free_port()
    command = ["rasa", "run", "--model", str(STOCK_MODEL), "--interface", "127.0.0.1", "--port", str(port)]
    log = folder / "stock.log"
    with _running(command, cwd=STOCK_DIR, extra={}, log=log) as process:
        yield Server(process, Target("rest", f"http://127.0.0.1:{port}"), port, log)


@contextmanager
def ours(folder: Path, *, database_url: str = "") -> Iterator[Server]:
    """This assistant, trained, with everything it writes in `folder`; without a database's address, SQLite there."""
    share_trained(folder)
    port, actions_port = free_port(), free_port()
    log = folder / "run.log"
    environment = our_environment(folder, database_url, port, actions_port)
    with _running(["bot.cli", "run"], cwd=PROJECT_DIR, extra=environment, log=log) as process:
        yield Server(process, Target("widget", f"http://127.0.0.1:{port}"), port, log, actions_port)


def our_environment(folder: Path, database_url: str, port: int, actions_port: int) -> dict[str, str]:
    """The assistant's settings for a benchmark."""
    return {
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "RASA_PORT": str(port),
        "ACTIONS_PORT": str(actions_port),
        "MESSAGES_PER_MINUTE": NO_LIMIT,
        "PYTHONPATH": str(PROJECT_DIR),
    }


def share_trained(folder: Path) -> None:
    """Let an installation in the folder use what training has built."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TRAINED_FOLDERS:
        if not (folder / name).exists():
            (folder / name).symlink_to(OURS_DATA_DIR / name, target_is_directory=True)


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(
    command: list[str], *, cwd: Path, extra: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=cwd,
            env={**os.environ, **QUIET, **extra},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone; we stop the others in order
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
