"""What one process has done is news in every other, at once and only when it is true."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from asyncio.subprocess import Process as Child
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from bot.channels.widget.events import Doorbells
from bot.conversations.news import notify
from bot.database import Database
from bot.dialogue import signals as signals_module
from bot.dialogue.signals import RESYNC, Signals
from bot.settings import PROJECT_DIR

AT_ONCE_SECONDS = 0.5  # far less than any poll, far more than a NOTIFY takes

News = list[tuple[str, str]]


@pytest.fixture
def database_on_postgres(postgres_address: str) -> Iterator[Database]:
    database = Database(postgres_address)
    yield database
    database.close()


def play(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 30))


@asynccontextmanager
async def hearing(database_url: str) -> AsyncIterator[tuple[Signals, News]]:
    """Signals, and the news that they have brought; connecting is none."""
    signals, news = Signals(database_url), News()
    signals.listen(lambda kind, conversation_id: news.append((kind, conversation_id)))
    await signals.start()
    news.clear()
    try:
        yield signals, news
    finally:
        await signals.stop()


@asynccontextmanager
async def another_process(database_url: str) -> AsyncIterator[Child]:
    """One that says what it hears."""
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "tests/support/news_process.py", database_url),
        cwd=PROJECT_DIR,
        env={**os.environ, "PYTHONPATH": str(PROJECT_DIR)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert await line_of(other) == f"{RESYNC} "
        yield other
    finally:
        other.kill()
        await other.wait()


async def line_of(other: Child) -> str:
    assert other.stdout
    return (await other.stdout.readline()).decode().rstrip("\n")


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def test_another_process_hears_at_once(database_on_postgres: Database, postgres_address: str) -> None:
    async def story() -> None:
        async with another_process(postgres_address) as other, hearing(postgres_address) as (signals, _news):
            for number in range(5):
                said_at = time.perf_counter()
                signals.publish("typing", f"c{number}")
                assert await line_of(other) == f"typing c{number}"
                assert time.perf_counter() - said_at < AT_ONCE_SECONDS
            with database_on_postgres.transaction() as session:
                notify(session, "message", "committed")
            assert await line_of(other) == "message committed"

    play(story)


def test_news_of_a_transaction_leaves_with_its_commit(
    database_on_postgres: Database, postgres_address: str
) -> None:
    async def story() -> None:
        async with hearing(postgres_address) as (_signals, news):
            with pytest.raises(ZeroDivisionError), database_on_postgres.transaction() as session:
                notify(session, "message", "rolled back")
                raise ZeroDivisionError
            with database_on_postgres.transaction() as session:
                notify(session, "message", "committed")
                await asyncio.sleep(0.2)
                assert news == []
            await until(lambda: bool(news))
            assert news == [("message", "committed")]

    play(story)


def test_what_is_published_is_heard_once_in_every_process(postgres_address: str) -> None:
    async def story() -> None:
        async with hearing(postgres_address) as (signals, own), hearing(postgres_address) as (_signals, others):
            said = [("typing", f"c{number}") for number in range(50)]
            for kind, conversation_id in said:
                signals.publish(kind, conversation_id)
            assert own == said
            await until(lambda: len(others) >= len(said))
            await asyncio.sleep(0.1)
            assert own == said
            assert others == said

    play(story)


def test_lost_connection_is_made_again_and_everything_looked_at(
    database_on_postgres: Database, postgres_address: str
) -> None:
    async def story() -> None:
        async with hearing(postgres_address) as (signals, news):
            with database_on_postgres.transaction() as session:
                ended = text(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND application_name LIKE 'clinic news%'"
                )
                assert session.execute(ended).scalar() == 1
            await until(lambda: (RESYNC, "") in news)
            async with hearing(postgres_address) as (others, _news):
                others.publish("message", "c1")
                await until(lambda: ("message", "c1") in news)
            signals.publish("message", "c2")

    play(story)


def test_database_that_is_away_keeps_nobody_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals_module, "START_SECONDS", 0.3)

    async def story() -> None:
        async with hearing("postgresql://nobody@127.0.0.1:1/clinic") as (signals, news):
            signals.publish("message", "c1")
            assert news == [("message", "c1")]

    began_at = time.perf_counter()
    play(story)
    assert time.perf_counter() - began_at < 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_sqlite_the_process_tells_itself(database: Database, database_url: str) -> None:
    async def story() -> None:
        async with hearing(database_url) as (signals, news):
            with database.transaction() as session:
                notify(session, "message", "c1")
            signals.publish("typing", "c2")
            assert news == [("typing", "c2")]

    play(story)


def test_event_streams_are_rung_by_news_and_all_of_them_after_an_interruption() -> None:
    async def story() -> None:
        bells = Doorbells()
        with bells.listen("c1") as one, bells.listen("c2") as two:
            bells.hear("typing", "c1")
            bells.hear(RESYNC, "")
            assert [one.get_nowait(), one.get_nowait()] == ["typing", RESYNC]
            assert two.get_nowait() == RESYNC
            assert one.empty() and two.empty()

    play(story)
