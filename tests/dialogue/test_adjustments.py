"""Where we change Rasa, it does what is said; these fail when another Rasa no longer has what is changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from rasa.core.actions.action import RemoteAction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from bot.dialogue import adjustments
from bot.dialogue.adjustments import KeptOpenEndpoint, adjust, failed_action, release


def agent(endpoint: EndpointConfig | None = None, store: Any = None) -> Any:
    """The parts of an agent that are changed."""
    store = FailSafeTrackerStore(store or InMemoryTrackerStore(Domain.empty()))
    processor = object.__new__(MessageProcessor)
    processor.action_endpoint = endpoint
    return SimpleNamespace(tracker_store=store, processor=processor, action_endpoint=endpoint)


class Broken(InMemoryTrackerStore):
    """A store whose database is away."""

    async def retrieve(self, sender_id: str) -> Any:
        raise ConnectionError("away")


def test_error_of_the_tracker_store_ends_the_turn() -> None:
    changed = agent(store=Broken(Domain.empty()))
    assert asyncio.run(changed.tracker_store.retrieve("c1")) is None  # what Rasa does by itself
    adjust(changed)
    with pytest.raises(ConnectionError):
        asyncio.run(changed.tracker_store.retrieve("c1"))


@asynccontextmanager
async def action_server(seconds: float = 0) -> AsyncIterator[tuple[str, set[int]]]:
    """A real server, its address, and the ports of the clients that have called."""
    clients: set[int] = set()

    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        clients.add(request.transport.get_extra_info("peername")[1])
        await asyncio.sleep(seconds)
        return web.json_response({"events": [], "responses": []})

    app = web.Application()
    app.router.add_post("/webhook", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    yield f"http://127.0.0.1:{port}/webhook", clients
    await runner.cleanup()


def test_calls_share_one_connection() -> None:
    async def three_calls() -> int:
        async with action_server() as (url, clients):
            changed = agent(EndpointConfig(url))
            adjust(changed)
            for _ in range(3):
                await changed.processor.action_endpoint.request(json={}, timeout=300)
            await release(changed)
            return len(clients)

    assert asyncio.run(three_calls()) == 1


def test_understanding_is_sent_once() -> None:
    async def sent() -> dict[str, Any]:
        async with action_server() as (url, _):
            body = {
                "tracker": {
                    "latest_message": {"text": "hi"},
                    "events": [{"event": "user", "parse_data": {"text": "hi"}}],
                }
            }
            kept = KeptOpenEndpoint(url)
            await kept.request(json=body, method="post")
            await kept.close()
            return body["tracker"]

    assert asyncio.run(sent()) == {"latest_message": {"text": "hi"}, "events": [{"event": "user"}]}


def test_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adjustments, "ACTION_CALL_SECONDS", 0.1)

    async def one_call() -> None:
        async with action_server(seconds=1) as (url, _):
            changed = agent(EndpointConfig(url))
            adjust(changed)
            await asyncio.wait_for(changed.processor.action_endpoint.request(json={}, timeout=300), 0.9)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(one_call())


def test_action_that_cannot_be_run_is_remembered_in_its_turn() -> None:
    adjust(agent())

    async def turn() -> str | None:
        store = InMemoryTrackerStore(Domain.empty())
        tracker = await store.create_tracker("c1")
        lost = RemoteAction("action_example", EndpointConfig("http://127.0.0.1:9/webhook"))
        with pytest.raises(RasaException):
            await lost.run(None, None, tracker, Domain.empty())
        return failed_action.get()

    assert asyncio.run(turn()) == "action_example"
    assert failed_action.get() is None


def test_endpoint_keeps_its_settings() -> None:
    endpoint = EndpointConfig("http://x", headers={"a": "b"}, enable_selective_domain=True)
    kept = KeptOpenEndpoint.of(endpoint)
    assert (kept.url, kept.headers, kept.kwargs) == ("http://x", {"a": "b"}, {"enable_selective_domain": True})


@pytest.mark.parametrize("result", [{}, {"events": None}, {"events": [{"event": "slot"}], "responses": [{}]}])
def test_usable_answer_is_taken(result: Any) -> None:
    adjust(agent())
    assert RemoteAction("action_example", None)._validate_action_result(result)


@pytest.mark.parametrize("result", [None, "no", [], {"events": "no"}, {"events": [1]}, {"responses": ["no"]}])
def test_unusable_answer_is_refused(result: Any) -> None:
    adjust(agent())
    with pytest.raises(RasaException, match="action_example"):
        RemoteAction("action_example", None)._validate_action_result(result)
