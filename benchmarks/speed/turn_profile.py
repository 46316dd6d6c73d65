"""Where the time of one turn goes: a second Rasa server beside the started assistant, with the same arguments, timed."""

from __future__ import annotations

import json
import os
import pstats
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.speed import servers
from benchmarks.speed.load import (
    MESSAGES_A_CONVERSATION,
    WARM_UP_CONVERSATIONS,
    Rounds,
    Target,
    run_plan,
)
from benchmarks.speed.measures import seconds
from benchmarks.speed.memory import listeners
from benchmarks.speed.places import BenchmarkError
from benchmarks.speed.profiled import PROFILE_FILE, SPANS_FILE
from benchmarks.speed.servers import Server
from benchmarks.speed.starting import seconds_to_first_answer
from benchmarks.speed.training import train_ours
from bot.progress import step
from bot.settings import PROJECT_DIR

CONVERSATIONS = 60
TURNS = (
    CONVERSATIONS + WARM_UP_CONVERSATIONS
) * MESSAGES_A_CONVERSATION  # that a server sees while it is driven once
WRITE_SECONDS = 30.0
TOP = 45
FunctionTime = tuple[float, float, float, str]  # cumulative and own seconds and calls, each a turn; where it is


def profile_a_turn(folder: Path, *, reuse: bool) -> str:
    """Profile our server and return what was found, as text: the pieces of a turn, and the functions of most time."""
    train_ours(reuse=reuse)
    with servers.ours(folder / "profile") as assistant:
        seconds_to_first_answer(assistant, time.monotonic())
        with _profiled(assistant, folder) as server, step("Profiling"):
            _drive(server)
            _signal(server, signal.SIGUSR1)
            turn = _drive(server)
            pieces = json.loads(_ended(server, signal.SIGUSR1, folder / SPANS_FILE).read_text(encoding="utf-8"))
            _signal(server, signal.SIGUSR2)
            _drive(server)
            statistics = _ended(server, signal.SIGUSR2, folder / PROFILE_FILE)
    return f"{_pieces_table(pieces, turn)}\n\n{_functions(statistics)}"


@contextmanager
def _profiled(assistant: Server, folder: Path) -> Iterator[Server]:
    pid = listeners(assistant.port)[0]
    command = (Path("/proc") / str(pid) / "cmdline").read_bytes().decode().rstrip("\0").split("\0")
    environment = (Path("/proc") / str(pid) / "environ").read_bytes().decode().rstrip("\0").split("\0")
    port, log = servers.free_port(), folder / "profiled.log"
    profiled = _with_profiler([str(port) if part == str(assistant.port) else part for part in command], folder)
    settings = {**dict(part.split("=", 1) for part in environment), "RASA_PORT": str(port)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            profiled, cwd=PROJECT_DIR, env=settings, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        server = Server(process, Target("widget", f"http://127.0.0.1:{port}"), port, log)
        seconds_to_first_answer(server, time.monotonic())
        yield server
    finally:
        process.kill()
        process.wait()


def _with_profiler(command: list[str], folder: Path) -> list[str]:
    """`python … -m module …` as `python … -m benchmarks.speed.profiled folder module …`."""
    if "-m" not in command:
        raise BenchmarkError("The Rasa server was not started with `python -m`: teach turn_profile.py how.")
    place = command.index("-m") + 1
    return [*command[:place], "benchmarks.speed.profiled", str(folder), *command[place:]]


def _drive(server: Server) -> float:
    """Ask questions one after the other; returns the mean time of a turn in seconds."""
    rounds = run_plan(Rounds({"ours": server.target}, 1, CONVERSATIONS, at_once=1))["ours"]
    return mean(seconds(rounds)[0])


def _signal(server: Server, number: signal.Signals) -> None:
    os.kill(server.process.pid, number)
    time.sleep(0.5)


def _ended(server: Server, number: signal.Signals, file: Path) -> Path:
    _signal(server, number)
    deadline = time.monotonic() + WRITE_SECONDS
    while not file.exists():
        server.require_running()
        if time.monotonic() > deadline:
            raise BenchmarkError("The profiled server wrote no profile.")
        time.sleep(0.1)
    time.sleep(1)
    return file


def _pieces_table(pieces: dict[str, Any], turn: float) -> str:
    """Milliseconds a turn by piece; what no piece accounts for is HTTP, waiting and everything between."""
    spent = {name: total / TURNS for name, total in pieces["seconds"].items()}
    sessions = spent.pop("channel: open a session", 0.0)
    spent["HTTP, tasks, threads, and between"] = turn - sum(spent.values())
    lines = [
        f"One turn, mean of {TURNS}: {turn * 1000:.2f} ms (opening a session besides: {sessions * MESSAGES_A_CONVERSATION * 1000:.2f} ms)",
        "",
    ]
    for name, one in sorted(spent.items(), key=lambda item: -item[1]):
        times = pieces["counts"].get(name, 0) / TURNS
        lines.append(f"{one * 1000:8.2f} ms {one / turn:6.1%}  {times:4.1f} ×  {name}")
    return "\n".join(lines)


def _functions(file: Path) -> str:
    """The functions of most cumulative time, then those of most own time; cProfile itself makes them slower."""
    stats: Any = pstats.Stats(str(file))
    rows: list[FunctionTime] = [
        (cumulative / TURNS, own / TURNS, calls / TURNS, _where(*place))
        for place, (_, calls, own, cumulative, _) in stats.stats.items()
    ]
    parts = []
    for title, by in (("cumulative", _cumulative), ("own", _own)):
        parts.append(f"Functions by {title} time, a turn, under cProfile: cumulative ms, own ms, calls")
        chosen = sorted(rows, key=by, reverse=True)[:TOP]
        parts += [f"{row[0] * 1000:8.2f} {row[1] * 1000:8.2f} {row[2]:8.1f}  {row[3]}" for row in chosen]
        parts.append("")
    return "\n".join(parts)


def _cumulative(row: FunctionTime) -> float:
    return row[0]


def _own(row: FunctionTime) -> float:
    return row[1]


def _where(file: str, line: int, function: str) -> str:
    for part in ("site-packages/", "lib/python3.10/", f"{PROJECT_DIR}/"):
        file = file.rpartition(part)[2]
    return f"{file}:{line} {function}"
