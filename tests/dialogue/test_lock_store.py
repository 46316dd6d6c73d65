"""One turn at a time in each conversation, first come first served, whatever dies or goes away meanwhile."""

from __future__ import annotations

import asyncio
import contextvars
import os
import statistics
import sys
import time
from asyncio.subprocess import Process as Child
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from rasa.core.lock_store import LockError, LockStore
from rasa.utils.endpoints import EndpointConfig
from redis.asyncio import Redis

from bot.dialogue import ticket_queue
from bot.dialogue.local_queue import LocalQueue
from bot.dialogue.lock_store import ClinicLockStore, Lock, choose_queue
from bot.dialogue.ticket_queue import TicketQueue
from bot.errors import SettingsError
from bot.settings import PROJECT_DIR
from tests.support.postgres import execute
from tests.support.proxy import Proxy

REDIS_URL = os.environ.get("TEST_REDIS_URL", "")
AT_ONCE_SECONDS = 0.05

every_queue = pytest.mark.parametrize("kind", ["local", "postgresql", "redis"])
shared_queues = pytest.mark.parametrize("kind", ["postgresql", "redis"])


class Process:
    """What one process has: a queue of its own, on tickets that it may share with others."""

    def __init__(self, kind: str, address: str, lease: float) -> None:
        self.arguments = (kind, address, str(lease))
        self.queue = choose_queue(
            workers=1 if kind == "local" else 2,
            database_url=address if kind == "postgresql" else "",
            redis_url=address if kind == "redis" else "",
            lease=lease,
        )

    def lock(self, conversation_id: str) -> Lock:
        return Lock(self.queue, conversation_id)


Start = Callable[..., Process]
Story = Callable[[Start], Awaitable[None]]


@pytest.fixture
def address(request: pytest.FixtureRequest, kind: str) -> str:
    """Where the tickets are."""
    if kind == "redis" and not REDIS_URL:
        pytest.skip("Redis: TEST_REDIS_URL is not set")
    if kind == "postgresql":
        return str(request.getfixturevalue("postgres_address"))
    return REDIS_URL if kind == "redis" else ""


@pytest.fixture
def conversation_id() -> str:
    return uuid4().hex


@pytest.fixture
def play(kind: str, address: str) -> Callable[[Story], None]:
    """Runs a story, which starts processes by calling its argument, and closes them."""

    def play(story: Story) -> None:
        async def run() -> None:
            processes: list[Process] = []

            def start(*, lease: float = 10.0, at: str = "") -> Process:
                processes.append(Process(kind, at or address, lease))
                return processes[-1]

            try:
                await asyncio.wait_for(story(start), 30)
            finally:
                for process in processes:
                    await process.queue.close()

        asyncio.run(run())

    return play


async def settle() -> None:
    """Long enough for everybody to have taken a ticket."""
    await asyncio.sleep(0.2)


async def is_free(process: Process, conversation_id: str, *, within: float) -> bool:
    """Whether the lock can be had in so many seconds."""

    async def pass_through() -> None:
        async with process.lock(conversation_id):
            pass

    try:
        await asyncio.wait_for(asyncio.create_task(pass_through()), within)
    except asyncio.TimeoutError:
        return False
    return True


@every_queue
def test_twenty_are_served_one_by_one_in_the_order_they_came(
    play: Callable[[Story], None], conversation_id: str
) -> None:
    async def story(start: Start) -> None:
        process, inside, served = start(), [], []

        async def turn(number: int) -> None:
            async with process.lock(conversation_id):
                inside.append(number)
                await asyncio.sleep(0.005)
                assert inside == [number]
                inside.clear()
                served.append(number)

        await asyncio.gather(*(turn(number) for number in range(20)))
        assert served == list(range(20))

    play(story)


@every_queue
def test_the_next_starts_within_fifty_milliseconds(play: Callable[[Story], None], conversation_id: str) -> None:
    async def story(start: Start) -> None:
        processes = [start(), start()]
        left_at, waited = 0.0, []

        async def turns(process: Process) -> None:
            nonlocal left_at
            for _ in range(100):
                async with process.lock(conversation_id):
                    waited.append(time.perf_counter() - left_at)
                    await asyncio.sleep(0.001)
                    left_at = time.perf_counter()

        if isinstance(processes[0].queue, LocalQueue):
            await asyncio.gather(turns(processes[0]), turns(processes[0]))
        else:
            await asyncio.gather(*(turns(process) for process in processes))
        assert statistics.quantiles(waited[1:], n=20)[-1] < AT_ONCE_SECONDS

    play(story)


@every_queue
def test_conversations_do_not_wait_for_each_other(play: Callable[[Story], None], conversation_id: str) -> None:
    async def story(start: Start) -> None:
        process = start()
        async with process.lock(conversation_id):
            assert await is_free(process, f"{conversation_id}-other", within=2)

    play(story)


@every_queue
def test_whoever_holds_it_may_take_it_again_in_tasks_of_its_own(
    play: Callable[[Story], None], conversation_id: str
) -> None:
    async def story(start: Start) -> None:
        process = start()

        async def inner() -> str:
            async with process.lock(conversation_id), process.lock(conversation_id):
                return "inside"

        async with process.lock(conversation_id):
            assert await inner() == "inside"
            assert await asyncio.wait_for(inner(), 2) == "inside"
            assert await asyncio.create_task(inner()) == "inside"
        assert await is_free(process, conversation_id, within=2)

    play(story)


@every_queue
def test_task_that_the_holder_did_not_begin_waits(play: Callable[[Story], None], conversation_id: str) -> None:
    async def story(start: Start) -> None:
        process, begin = start(), asyncio.Event()

        async def other() -> float:
            await begin.wait()
            async with process.lock(conversation_id):
                return time.perf_counter()

        stranger = asyncio.create_task(other())
        async with process.lock(conversation_id):
            begin.set()
            await settle()
            left_at = time.perf_counter()
        assert await stranger > left_at

    play(story)


@every_queue
def test_task_that_outlives_the_hold_it_began_in_waits_like_anybody(
    play: Callable[[Story], None], conversation_id: str
) -> None:
    async def story(start: Start) -> None:
        process, begin = start(), asyncio.Event()

        async def later() -> float:
            await begin.wait()
            async with process.lock(conversation_id):
                return time.perf_counter()

        async with process.lock(conversation_id):
            reminder = asyncio.create_task(later())

        async def hold() -> float:
            async with process.lock(conversation_id):
                begin.set()
                await settle()
                return time.perf_counter()

        left_at = await hold()
        assert await reminder > left_at

    play(story)


@every_queue
def test_hold_lasts_until_the_last_task_in_it_has_left(
    play: Callable[[Story], None], conversation_id: str
) -> None:
    async def story(start: Start) -> None:
        process, entered, finish = start(), asyncio.Event(), asyncio.Event()

        async def inner() -> None:
            async with process.lock(conversation_id):
                entered.set()
                await finish.wait()

        async with process.lock(conversation_id):
            task = asyncio.create_task(inner())
            await entered.wait()
        assert not await is_free(process, conversation_id, within=0.3)
        finish.set()
        await task
        assert await is_free(process, conversation_id, within=2)

    play(story)


@every_queue
@pytest.mark.parametrize("patience", [0, 0.3], ids=["while it queues", "while it waits"])
def test_waiter_that_is_cancelled_leaves_at_once(
    play: Callable[[Story], None], conversation_id: str, patience: float
) -> None:
    async def story(start: Start) -> None:
        process = start()

        async def turn() -> None:
            async with process.lock(conversation_id):
                pass

        async with process.lock(conversation_id):
            waiting = [asyncio.create_task(_apart(turn)) for _ in range(3)]
            await asyncio.sleep(patience)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        assert await is_free(process, conversation_id, within=1)

    play(story)


@every_queue
def test_holder_that_fails_or_is_cancelled_gives_it_back(
    play: Callable[[Story], None], conversation_id: str
) -> None:
    async def story(start: Start) -> None:
        process = start()

        async def fail() -> None:
            async with process.lock(conversation_id):
                raise ValueError

        async def hang() -> None:
            async with process.lock(conversation_id):
                await asyncio.sleep(60)

        with pytest.raises(ValueError):
            await fail()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(hang(), 0.3)
        assert await is_free(process, conversation_id, within=1)

    play(story)


@shared_queues
def test_two_processes_are_served_in_the_order_they_came(
    play: Callable[[Story], None], conversation_id: str
) -> None:
    async def story(start: Start) -> None:
        processes, served = [start(), start()], []

        async def turn(number: int) -> None:
            async with processes[number % 2].lock(conversation_id):
                served.append(number)

        for process in processes:  # connect
            assert await is_free(process, conversation_id, within=3)
        async with processes[0].lock(conversation_id):
            tasks = []
            for number in range(10):
                tasks.append(asyncio.create_task(_apart(lambda number=number: turn(number))))
                await asyncio.sleep(0.02)  # longer than it takes to ask for a place
        await asyncio.gather(*tasks)
        assert served == list(range(10))

    play(story)


@shared_queues
def test_turn_that_takes_longer_than_the_lease_keeps_the_lock(
    play: Callable[[Story], None], conversation_id: str
) -> None:
    async def story(start: Start) -> None:
        slow, quick = start(lease=0.3), start(lease=0.3)
        async with slow.lock(conversation_id):
            assert not await is_free(quick, conversation_id, within=1)
        assert await is_free(quick, conversation_id, within=1)

    play(story)


@shared_queues
def test_process_that_was_killed_is_passed_over(play: Callable[[Story], None], conversation_id: str) -> None:
    lease = 0.6

    async def story(start: Start) -> None:
        process = start(lease=lease)
        waited_for = f"{conversation_id}-waited-for"
        async with process.lock(waited_for), started(process, conversation_id, waited_for) as doomed:
            assert not await is_free(process, conversation_id, within=1.3 * lease)
            doomed.kill()
            killed_at = time.perf_counter()
            assert await is_free(process, conversation_id, within=3 * lease)
            assert time.perf_counter() - killed_at > 0.5 * lease
        assert await is_free(process, waited_for, within=3 * lease)

    play(story)


@shared_queues
def test_lost_connections_lose_no_place(
    play: Callable[[Story], None], conversation_id: str, kind: str, address: str
) -> None:
    async def story(start: Start) -> None:
        holder, waiter = start(lease=2), start(lease=2)
        async with holder.lock(conversation_id):
            waiting = asyncio.create_task(_apart(lambda: is_free(waiter, conversation_id, within=10)))
            await settle()
            assert await break_connections(kind, address, [holder, waiter]) == 4
            await settle()
            assert not waiting.done()
            left_at = time.perf_counter()
        assert await waiting
        assert time.perf_counter() - left_at < 1.5
        assert await is_free(holder, conversation_id, within=1)

    play(story)


@shared_queues
@pytest.mark.parametrize("silent", [False, True], ids=["refusing", "silent"])
def test_tickets_that_are_away_fail_quickly_and_work_again_when_they_are_back(
    play: Callable[[Story], None], conversation_id: str, address: str, silent: bool
) -> None:
    async def story(start: Start) -> None:
        async with before(address) as (proxy, through):
            process = start(at=through)
            assert await is_free(process, conversation_id, within=2)
            await proxy.shut()
            if silent:
                proxy.silent = True
                await proxy.open()
            began_at = time.perf_counter()
            with pytest.raises(LockError):
                await is_free(process, conversation_id, within=10)
            assert time.perf_counter() - began_at < 5
            await proxy.shut()
            proxy.silent = False
            await proxy.open()
            assert await is_free(process, f"{conversation_id}-next", within=3)

    play(story)


@shared_queues
def test_waiter_whose_tickets_go_away_is_told(
    play: Callable[[Story], None], conversation_id: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticket_queue, "PATIENCE_SECONDS", 0.3)

    async def story(start: Start) -> None:
        async with before(address) as (proxy, through):
            holder, waiter = start(), start(lease=1, at=through)
            async with holder.lock(conversation_id):
                waiting = asyncio.create_task(_apart(lambda: is_free(waiter, conversation_id, within=10)))
                await settle()
                await proxy.shut()
                with pytest.raises(LockError):
                    await waiting

    play(story)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_tickets_that_a_crash_forgot_are_taken_again(
    play: Callable[[Story], None], conversation_id: str, address: str
) -> None:
    async def story(start: Start) -> None:
        process, other = start(lease=1), start(lease=1)
        async with process.lock(conversation_id):
            waiting = asyncio.create_task(_apart(lambda: is_free(other, conversation_id, within=5)))
            await settle()
            execute(address, "TRUNCATE lock_ticket")
        assert await waiting

    play(story)


def test_several_workers_on_sqlite_alone_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANIC_WORKERS", "2")
    with pytest.raises(SettingsError, match="SANIC_WORKERS is 2.*DATABASE_URL.*REDIS_URL"):
        LockStore.create(endpoint("sqlite:///clinic.db"))


@pytest.mark.parametrize(
    ("workers", "database_url", "redis_url", "queue"),
    [
        ("1", "postgresql://db/clinic", "redis://cache", LocalQueue),
        ("2", "postgresql://db/clinic", "", TicketQueue),
        ("2", "sqlite:///clinic.db", "redis://cache", TicketQueue),
    ],
)
def test_queue_is_the_cheapest_that_the_workers_can_share(
    monkeypatch: pytest.MonkeyPatch, workers: str, database_url: str, redis_url: str, queue: type[object]
) -> None:
    monkeypatch.setenv("SANIC_WORKERS", workers)
    store = LockStore.create(endpoint(database_url, redis_url))
    assert isinstance(store, ClinicLockStore)
    assert isinstance(store.lock("conversation")._queue, queue)


def endpoint(url: str, redis_url: str = "") -> EndpointConfig:
    """The lock store's part of endpoints.yml."""
    return EndpointConfig(url, type="bot.dialogue.lock_store.ClinicLockStore", redis_url=redis_url)


async def _apart(work: Callable[[], Awaitable[object]]) -> object:
    """As a task that no holder has begun."""
    context = contextvars.Context()
    return await context.run(asyncio.ensure_future, work())  # type: ignore[arg-type]


@asynccontextmanager
async def before(address: str) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy before the tickets, and their address through it."""
    parts = urlsplit(address)
    async with Proxy(str(parts.hostname), parts.port or 0) as proxy:
        yield proxy, address.replace(f":{parts.port}", f":{proxy.port}")


@asynccontextmanager
async def started(process: Process, held: str, wanted: str) -> AsyncIterator[Child]:
    """A process of its own that holds one lock and waits for the other."""
    script = "tests/support/lock_process.py"
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, script, *process.arguments, held, wanted),
        cwd=PROJECT_DIR,
        env={**os.environ, "PYTHONPATH": str(PROJECT_DIR)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert other.stdout
    try:
        assert await other.stdout.readline() == b"ready\n"
        yield other
    finally:
        if other.returncode is None:
            other.kill()
        await other.wait()


async def break_connections(kind: str, address: str, processes: list[Process]) -> int:
    """End every connection of the processes at the server's side; returns how many there were."""
    if kind == "postgresql":
        statement = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE 'clinic turns%'"
        )
        return int(execute(address, statement)[0][0])
    names = {f"clinic-turns-{process.queue._process}" for process in processes}  # type: ignore[attr-defined]
    redis = Redis.from_url(address, decode_responses=True)
    clients = [client["id"] for client in await redis.client_list() if client["name"] in names]
    for client in clients:
        await redis.client_kill_filter(_id=client)
    await redis.close()
    return len(clients)
