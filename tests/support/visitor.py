"""Talking to the assistant as the widget does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx


@dataclass
class Visitor:
    """One visitor's chat, over HTTP."""

    url: str
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))
    token: str = ""
    conversation_id: str = ""

    def __post_init__(self) -> None:
        session = self.client.post(f"{self.url}/sessions", json={}).json()
        self.token, self.conversation_id = session["token"], session["conversation_id"]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, body: Any) -> httpx.Response:
        """`POST /messages` with any body."""
        return self.client.post(f"{self.url}/messages", json=body, headers=self.headers)

    def say(self, text: str) -> dict[str, Any]:
        """Type a message and return the one reply to it."""
        return self._only(self.post({"id": str(uuid4()), "text": text}))

    def choose(self, reply: dict[str, Any], title: str) -> dict[str, Any]:
        """Press one of a reply's buttons and return the one reply to it."""
        choice = next(choice for choice in reply["choices"] if choice["title"] == title)
        return self._only(self.post({"id": str(uuid4()), "choice": choice["id"]}))

    def history(self, after: int = 0) -> dict[str, Any]:
        """`GET /messages`."""
        answer = self.client.get(f"{self.url}/messages", params={"after": after}, headers=self.headers)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    @staticmethod
    def _only(answer: httpx.Response) -> dict[str, Any]:
        assert answer.status_code == 200, answer.text
        replies = answer.json()["replies"]
        assert len(replies) == 1, replies
        reply: dict[str, Any] = replies[0]
        return reply


def talk(visitor: Visitor, *texts: str) -> list[dict[str, Any]]:
    """Type one message after the other; the last message's replies."""
    replies: list[dict[str, Any]] = []
    for text in texts:
        answer = visitor.post({"id": str(uuid4()), "text": text})
        assert answer.status_code == 200, answer.text
        replies = answer.json()["replies"]
    return replies


def outcomes(replies: list[dict[str, Any]]) -> list[str]:
    return [reply["outcome"] for reply in replies]


def said(replies: list[dict[str, Any]]) -> str:
    return " ".join(reply["text"] for reply in replies)
