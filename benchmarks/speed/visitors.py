"""Visitors that the load generator plays: one class a channel, each told apart by nothing but how it talks."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

import aiohttp

ANSWER_SECONDS = 60.0
SAFE_REPLY = "handoff"  # the outcome of the reply that says something went wrong


@dataclass(frozen=True)
class Turn:
    """One message and its reply.

    Args:
        seconds: from sending the message to having the whole reply.
        fault: why the reply is no answer; "" where it is one.
        outcome: what the assistant calls its reply; "" for stock, which says nothing of it.
    """

    seconds: float
    fault: str = ""
    outcome: str = ""


class Visitor(Protocol):
    """Somebody with a conversation of their own."""

    async def open(self) -> None:
        """Begin the conversation."""

    async def ask(self, text: str) -> Turn:
        """Send a message and wait for its reply."""

    @property
    def key(self) -> str:
        """What lets another process go on with the conversation."""


@dataclass
class RestVisitor:
    """Talks to stock Rasa's `rest` channel; the conversation's id is the client's own choice."""

    http: aiohttp.ClientSession
    url: str
    key: str = field(default_factory=lambda: uuid4().hex)

    async def open(self) -> None:
        """Nothing: the first message begins the conversation."""

    async def ask(self, text: str) -> Turn:
        return await _timed(self._ask(text))

    async def _ask(self, text: str) -> tuple[str, str]:
        body = {"sender": self.key, "message": text}
        async with self.http.post(f"{self.url}/webhooks/rest/webhook", json=body) as answer:
            replies = await answer.json()
            return _fault(answer.status, replies), ""


@dataclass
class WidgetVisitor:
    """Talks to our widget channel, as the widget does."""

    http: aiohttp.ClientSession
    url: str
    key: str = ""  # the session's token

    async def open(self) -> None:
        async with self.http.post(f"{self.url}/webhooks/widget/sessions", json={}) as answer:
            answer.raise_for_status()
            self.key = (await answer.json())["token"]

    async def ask(self, text: str) -> Turn:
        return await _timed(self._ask(text))

    async def _ask(self, text: str) -> tuple[str, str]:
        body = {"id": str(uuid4()), "text": text}
        headers = {"Authorization": f"Bearer {self.key}"}
        async with self.http.post(f"{self.url}/webhooks/widget/messages", json=body, headers=headers) as answer:
            content = await answer.json()
            replies = content.get("replies", [])
            outcome = str(replies[0]["outcome"]) if replies else ""
            fault = _fault(answer.status, replies) or (SAFE_REPLY if outcome == SAFE_REPLY else "")
            return fault, outcome


CHANNELS: dict[str, Any] = {"rest": RestVisitor, "widget": WidgetVisitor}


def http_client() -> aiohttp.ClientSession:
    """Connections that are kept and never waited for. aiohttp costs a tenth of httpx's 2 ms of processor a request."""
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout)


async def _timed(asking: Any) -> Turn:
    started = time.perf_counter()
    try:
        fault, outcome = await asking
    except (aiohttp.ClientError, TimeoutError, ValueError, LookupError, TypeError) as error:
        fault, outcome = type(error).__name__, ""
    return Turn(time.perf_counter() - started, fault, outcome)


def _fault(status: int, replies: list[dict[str, Any]]) -> str:
    if status != 200:
        return f"status {status}"
    return "" if any(reply.get("text", "").strip() for reply in replies) else "empty"
