"""What the assistant says in return to a message, and its row in the chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# Channels whose visitors fetch their messages themselves; on every other one a reply leaves through the outbox.
PULLED_CHANNELS = frozenset({"widget", "rest", "cmdline", "api"})


@dataclass(frozen=True)
class Choice:
    """A button under a reply. `payload` is the intent it stands for and never leaves the server."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """What the assistant says in return to one message.

    Args:
        knowledge_versions: `{slug: version}` of the entries that the text came from.
        failure: what went wrong where this is the safe reply: kind and place, never what was written.
    """

    text: str
    choices: Sequence[Choice] = ()
    topics: Sequence[str] = ()
    outcome: str | None = None
    sources: Sequence[dict[str, str]] = field(default_factory=list)
    knowledge_versions: Mapping[str, int] = field(default_factory=dict)
    failure: str | None = None


def message_row(reply: Reply, reply_id: str, *, channel: str, at: datetime) -> dict[str, Any]:
    """The reply's columns in `message`, but for those that number it."""
    return {
        "id": reply_id,
        "sender": "bot",
        "channel": channel,
        "at": at,
        "text": reply.text,
        "choices": [
            {"id": f"{reply_id}.{number}", "title": choice.title, "payload": choice.payload}
            for number, choice in enumerate(reply.choices)
        ],
        "topics": list(reply.topics),
        "outcome": reply.outcome,
        "sources": list(reply.sources),
        "knowledge_versions": dict(reply.knowledge_versions) or None,
        "delivery_status": None if channel in PULLED_CHANNELS else "waiting",
    }
