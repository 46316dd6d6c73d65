"""The measurements, one function each. What they return is kept as it is in `speed.json`; times are in seconds."""

from __future__ import annotations

import shutil
import time
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.speed import servers
from benchmarks.speed.databases import empty_database, engines
from benchmarks.speed.filler import fill
from benchmarks.speed.load import Growth, Recall, Rounds, Target, run_plan
from benchmarks.speed.memory import memory_of_family, memory_of_listener
from benchmarks.speed.options import ALONE_CONVERSATIONS, CROWD, CROWD_CONVERSATIONS, LONG_TURN, Options
from benchmarks.speed.servers import Server
from benchmarks.speed.starting import seconds_to_first_answer
from benchmarks.speed.training import train_ours, train_stock
from bot.progress import say, step

Measured = dict[str, Any]
MODEL_CONVERSATIONS = 40  # real ones, of which the full database's are copies


def measure_training(*, reuse: bool) -> Measured:
    """Both trainings, from nothing."""
    return {"stock": asdict(train_stock(reuse=reuse)), "ours": asdict(train_ours(reuse=reuse))}


def measure_starts(options: Options, folder: Path) -> Measured:
    """Starts of each assistant in turns, the other one not running; the first of each, which warms the disk cache, apart."""
    seconds: dict[str, list[float]] = {"stock": [], "ours": []}
    with step("Starting both, again and again"):
        for _ in range(options.starts + 1):
            seconds["stock"].append(_start(lambda: servers.stock(folder)))
            seconds["ours"].append(_start(lambda: servers.ours(folder / "starts")))
    return {name: {"cold": found[0], "seconds": found[1:]} for name, found in seconds.items()}


def measure_turns(options: Options, folder: Path) -> Measured:
    """One visitor at a time, then sixteen, each in rounds on both assistants; memory after each."""
    with ExitStack() as stack:
        running = {
            "stock": _ready(stack, servers.stock(folder)),
            "ours": _ready(stack, servers.ours(folder / "turns")),
        }
        targets = {name: server.target for name, server in running.items()}
        memory = {"started": _memory(running)}
        with step("One visitor at a time"):
            alone = run_plan(Rounds(targets, options.alone_rounds, ALONE_CONVERSATIONS, at_once=1))
        memory["after alone"] = _memory(running)
        with step("Sixteen visitors at a time"):
            crowd = run_plan(Rounds(targets, options.crowd_rounds, CROWD_CONVERSATIONS, at_once=CROWD))
        memory["after crowd"] = _memory(running)
    return {"alone": alone, "crowd": crowd, "memory": memory}


def measure_growth(options: Options, folder: Path) -> Measured:
    """Turn 500 against turn 5, on each assistant; on ours also right after it was started anew."""
    measured: Measured = {}
    with step("Conversations of 500 turns, this assistant"), servers.ours(folder / "growth") as server:
        _await_answer(server)
        measured["ours"] = run_plan(
            Growth(server.target, options.long_conversations, LONG_TURN, options.pairs),
        )
    with step("The same conversations after a restart"), servers.ours(folder / "growth") as server:
        _await_answer(server)
        keys = (measured["ours"].pop("long"), measured["ours"].pop("short"))
        measured["ours restarted"] = run_plan(Recall(server.target, *keys))
    with step("Conversations of 500 turns, stock"), servers.stock(folder) as server:
        _await_answer(server)
        measured["stock"] = run_plan(
            Growth(server.target, options.stock_long_conversations, LONG_TURN, options.pairs)
        )
        del measured["stock"]["long"], measured["stock"]["short"]
    return measured


def measure_database(options: Options, folder: Path) -> Measured:
    """An empty database against one full of earlier conversations, in rounds on both, on each kind of database."""
    return {engine: _empty_and_full(engine, options, folder / engine) for engine in engines()}


def _empty_and_full(engine: str, options: Options, folder: Path) -> Measured:
    with ExitStack() as stack:
        urls = {name: stack.enter_context(empty_database(engine, folder / name)) for name in ("empty", "full")}
        with servers.ours(folder / "full", database_url=urls["full"]) as server:
            _await_answer(server)
            run_plan(Rounds({"full": server.target}, 1, MODEL_CONVERSATIONS, at_once=1))
        with step(f"Filling {engine} with {options.events:,} events"):
            rows = fill(urls["full"], events=options.events)
        say(f"{engine}: {rows}")
        targets: dict[str, Target] = {}
        for name, url in urls.items():
            targets[name] = _ready(stack, servers.ours(folder / name, database_url=url)).target
        with step(f"Empty and full in turns, {engine}"):
            rounds = run_plan(Rounds(targets, options.database_rounds, ALONE_CONVERSATIONS, at_once=1))
    shutil.rmtree(folder)  # a gigabyte
    return {"rows": rows, **rounds}


def _start(server: Any) -> float:
    since = time.monotonic()
    with server() as started:
        return seconds_to_first_answer(started, since)


def _ready(stack: ExitStack, server: AbstractContextManager[Server]) -> Server:
    started = stack.enter_context(server)
    _await_answer(started)
    return started


def _await_answer(server: Server) -> None:
    seconds_to_first_answer(server, time.monotonic())


def _memory(running: dict[str, Server]) -> Measured:
    return {name: _memory_of(server) for name, server in running.items()}


def _memory_of(server: Server) -> Measured:
    found = {
        "rasa": asdict(memory_of_listener(server.port)),
        "all": asdict(memory_of_family(server.process.pid)),
    }
    if server.actions_port:
        found["actions"] = asdict(memory_of_listener(server.actions_port))
    return found
