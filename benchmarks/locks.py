"""How soon the next turn of a conversation begins, by lock store: this project's queues and Rasa's own, in the same run.

    TEST_POSTGRES_URL=postgresql://… TEST_REDIS_URL=redis://… .venv/bin/python -m benchmarks.locks

Hand-over is the time from the end of a turn to the beginning of the next one that was waiting: once between the tasks of one
process, once between two processes. A turn here is 20 ms long. "Alone" is taking and giving back a lock nobody else wants.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from rasa.core.lock_store import InMemoryLockStore, LockError, RedisLockStore
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from benchmarks.speed.machine import describe_machine, load_average
from bot.dialogue.lock_store import Lock, choose_queue
from bot.progress import say
from bot.settings import PROJECT_DIR, load_settings
from bot.setup import migrate

TURN_SECONDS = 0.02
WAITING = 4
ALONE = 500
COLUMNS = (
    "lock store",
    "between",
    "hand-overs",
    "median ms",
    "p95 ms",
    "most ms",
    "overlaps",
    "refused",
    "alone ms",
)
Span = tuple[float, float, int]

STORES = {
    "ours, one process": {"turns": 50, "shared": False},
    "ours, PostgreSQL": {"turns": 50, "shared": True},
    "ours, Redis": {"turns": 50, "shared": True},
    "Rasa InMemoryLockStore": {"turns": 4, "shared": False},
    "Rasa RedisLockStore": {"turns": 4, "shared": True},
}


class Store:
    """One of STORES, made in the process that uses it."""

    def __init__(self, name: str, postgres_url: str, redis_url: str) -> None:
        self._queue: Any = None
        self._store: Any = None
        if name == "Rasa InMemoryLockStore":
            self._store = InMemoryLockStore()
        elif name == "Rasa RedisLockStore":
            address = urlsplit(redis_url)
            self._store = RedisLockStore(host=address.hostname or "", port=address.port or 6379)
        else:
            workers = 1 if name == "ours, one process" else 2
            self._queue = choose_queue(
                workers=workers,
                database_url=postgres_url,
                redis_url=redis_url if name == "ours, Redis" else "",
            )

    def lock(self, conversation_id: str) -> Any:
        return self._store.lock(conversation_id) if self._store else Lock(self._queue, conversation_id)

    async def close(self) -> None:
        if self._queue:
            await self._queue.close()


async def take_turns(store: Store, conversation_id: str, *, turns: int, waiting: int) -> dict[str, Any]:
    """`waiting` tasks take `turns` turns each; returns when each turn began and ended, and how many were refused."""
    spans: list[Span] = []
    refused = 0

    async def one_after_the_other() -> None:
        nonlocal refused
        for _ in range(turns):
            try:
                async with store.lock(conversation_id):
                    began_at = time.monotonic()
                    await asyncio.sleep(TURN_SECONDS)
                    spans.append((began_at, time.monotonic(), os.getpid()))
            except LockError:
                refused += 1

    await asyncio.gather(*(one_after_the_other() for _ in range(waiting)))
    return {"spans": spans, "refused": refused}


async def cost_alone(store: Store) -> float:
    """Milliseconds to take and give back a lock that nobody else wants."""
    conversation_id = uuid4().hex
    began_at = time.monotonic()
    for _ in range(ALONE):
        async with store.lock(conversation_id):
            pass
    return (time.monotonic() - began_at) / ALONE * 1000


async def in_one_process(name: str, urls: tuple[str, str]) -> dict[str, Any]:
    store = Store(name, *urls)
    async with store.lock(uuid4().hex):  # connect
        pass
    taken = await take_turns(store, uuid4().hex, turns=int(STORES[name]["turns"]), waiting=WAITING)
    taken["alone"] = await cost_alone(store)
    await store.close()
    return taken


async def in_two_processes(name: str, urls: tuple[str, str]) -> dict[str, Any]:
    """The same tasks, half of them in each of two processes."""
    arguments = (name, *urls, uuid4().hex, str(time.monotonic() + 12))
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "ignore", "-m", "benchmarks.locks", *arguments),
            cwd=PROJECT_DIR,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    outputs = [(await process.communicate())[0] for process in processes]
    parts = [json.loads(output) for output in outputs]
    return {
        "spans": [tuple(span) for part in parts for span in part["spans"]],
        "refused": sum(part["refused"] for part in parts),
    }


async def one_of_two(name: str, urls: tuple[str, str], conversation_id: str, start_at: float) -> None:
    """What a process started by `in_two_processes` does; both begin at the same moment."""
    store = Store(name, *urls)
    async with store.lock(uuid4().hex):
        pass
    await asyncio.sleep(max(0.0, start_at - time.monotonic()))
    taken = await take_turns(store, conversation_id, turns=int(STORES[name]["turns"]), waiting=WAITING // 2)
    await store.close()
    sys.stdout.write(json.dumps(taken))


def row(name: str, where: str, taken: dict[str, Any]) -> str:
    """A line of the table: hand-overs in milliseconds; overlapping turns are counted, not averaged."""
    spans = sorted(taken["spans"])
    pairs = list(zip(spans, spans[1:], strict=False))
    if where == "two processes":
        pairs = [pair for pair in pairs if pair[0][2] != pair[1][2]]
    overlaps = sum(after[0] < before[1] for before, after in zip(spans, spans[1:], strict=False))
    times = [1000 * (after[0] - before[1]) for before, after in pairs if after[0] >= before[1]]
    figures = (
        f"{statistics.median(times):8.1f} | {statistics.quantiles(times, n=20, method='inclusive')[-1]:8.1f} | {max(times):8.1f}"
        if len(times) > 1
        else "       – |        – |        –"
    )
    alone = f"{taken['alone']:.3f}" if "alone" in taken else ""
    return f"| {name:22} | {where:13} | {len(times):3} | {figures} | {overlaps:2} | {taken['refused']:2} | {alone:>6} |"


@contextmanager
def postgres_database(url: str) -> Iterator[str]:
    """A database of its own with every table."""
    name = f"clinic_bench_{uuid4().hex[:12]}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT", future=True)
    address = make_url(url).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    migrate(load_settings(database_url=address))
    yield address
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


def main() -> None:
    if len(sys.argv) > 1:
        name, postgres_url, redis_url, conversation_id, start_at = sys.argv[1:]
        asyncio.run(one_of_two(name, (postgres_url, redis_url), conversation_id, float(start_at)))
        return
    with postgres_database(os.environ["TEST_POSTGRES_URL"]) as postgres_url:
        urls = (postgres_url, os.environ["TEST_REDIS_URL"])
        machine = describe_machine()
        say(f"{machine['processor']}, {machine['cores']} cores, load {load_average()}")
        say(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
        for name, store in STORES.items():
            say(row(name, "tasks", asyncio.run(in_one_process(name, urls))))
            if store["shared"]:
                say(row(name, "two processes", asyncio.run(in_two_processes(name, urls))))


if __name__ == "__main__":
    main()
