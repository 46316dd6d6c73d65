"""Two server processes on one PostgreSQL database: each conversation keeps its order, each browser hears its news."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.assistant import running
from tests.support.postgres import temporary_database
from tests.support.visitor import Visitor

WORKERS = 2
TOGETHER = 20
STREAMS = 8  # of eight connections, both workers hold some but once in 128 times


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("workers")
    with temporary_database() as database, running(folder, database, sanic_workers=WORKERS) as address:
        yield address


@pytest.fixture
def visitor(url: str) -> Visitor:
    return Visitor(url)


async def send(visitor: Visitor, text: str) -> Any:
    """Send over a connection of its own, which either worker may accept."""
    async with httpx.AsyncClient(timeout=60) as client:
        body = {"id": str(uuid4()), "text": text}
        answer = await client.post(f"{visitor.url}/messages", json=body, headers=visitor.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["replies"]


def test_messages_sent_at_once_are_answered_in_order(visitor: Visitor) -> None:
    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(send(visitor, "how long is recovery") for _ in range(TOGETHER)))

    answers = asyncio.run(all_at_once())
    messages = visitor.history()["messages"]
    asked = [message["id"] for message in messages if message["from"] == "visitor"]
    replied = [message["id"].partition(".")[0] for message in messages if message["from"] == "bot"]
    assert len(asked) == TOGETHER
    assert replied == asked
    assert sorted(reply["id"] for replies in answers for reply in replies) == sorted(f"{id}.0" for id in asked)


def test_dialogue_goes_on_whichever_worker_answers(url: str) -> None:
    for _ in range(4):
        visitor = Visitor(url)
        asyncio.run(send(visitor, "book a consultation"))
        asyncio.run(send(visitor, "Example Person"))
        asyncio.run(send(visitor, "me@example.com"))
        asyncio.run(send(visitor, "acne scars"))
        (reply,) = asyncio.run(send(visitor, "any morning"))
        assert "Example Person" in reply["text"]


async def next_events(stream: httpx.Response, kinds: set[str]) -> list[dict[str, Any]]:
    """What the stream tells, until every one of `kinds` has come."""
    heard: list[dict[str, Any]] = []
    missing, kind = set(kinds), ""
    async for line in stream.aiter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            heard.append({"kind": kind, **json.loads(line.removeprefix("data: "))})
            missing.discard("reply" if heard[-1].get("from") == "bot" else kind)
            if not missing:
                return heard
    raise AssertionError("the stream ended")


def test_every_browser_hears_the_reply_whichever_worker_holds_it(visitor: Visitor) -> None:
    async def listen() -> list[list[dict[str, Any]]]:
        async with AsyncExitStack() as stack:
            streams = []
            for _ in range(STREAMS):
                client = await stack.enter_async_context(httpx.AsyncClient(timeout=30))
                request = client.stream("GET", f"{visitor.url}/events", headers=visitor.headers)
                streams.append(await stack.enter_async_context(request))
            hearing = [asyncio.ensure_future(next_events(stream, {"typing", "reply"})) for stream in streams]
            await asyncio.sleep(0.5)
            await send(visitor, "how long is recovery")
            return await asyncio.wait_for(asyncio.gather(*hearing), 20)

    for heard in asyncio.run(listen()):
        said = [event["text"] for event in heard if event["kind"] == "message"]
        assert said[0] == "how long is recovery"
        assert len(said) == 2
