"""The live stream to the browser: server-sent events (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.conversations.models import Message
from bot.dialogue.signals import RESYNC

POLL_SECONDS = 3.0  # finds what no news came of: all that another process stores on SQLite, and what was missed
STOP = "stop"
PING_SECONDS = 15.0  # keeps proxies from closing a quiet stream


class Doorbells:
    """Tells a conversation's open streams that there is something new."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[asyncio.Queue[str]]] = defaultdict(set)

    def ring(self, conversation_id: str, kind: str) -> None:
        """Tell every stream of the conversation; `kind` is `typing` or `message`."""
        for queue in self._listeners.get(conversation_id, ()):
            queue.put_nowait(kind)

    def hear(self, kind: str, conversation_id: str) -> None:
        """Pass on the news of any process; after an interruption every stream looks for itself."""
        if kind == RESYNC:
            self._ring_all(kind)
        else:
            self.ring(conversation_id, kind)

    def stop(self) -> None:
        """End every stream: the server is going down."""
        self._ring_all(STOP)

    @contextmanager
    def listen(self, conversation_id: str) -> Iterator[asyncio.Queue[str]]:
        """A queue of what is rung while the block runs."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._listeners[conversation_id].add(queue)
        try:
            yield queue
        finally:
            self._listeners[conversation_id].discard(queue)
            if not self._listeners[conversation_id]:
                del self._listeners[conversation_id]

    def _ring_all(self, kind: str) -> None:
        for conversation_id in self._listeners:
            self.ring(conversation_id, kind)


async def stream(
    queue: asyncio.Queue[str],
    cursor: int,
    read: Callable[[int], list[Message] | None],
    render: Callable[[Message], dict[str, Any]],
) -> AsyncIterator[str]:
    """Records of the event stream, from `cursor` on, until the conversation ends.

    Args:
        read: the messages after a cursor, or None once the conversation was erased; runs in a thread.
        render: a message as the object that is sent.
    """
    quiet = 0.0
    yield ": connected\n\n"
    while (messages := await asyncio.to_thread(read, cursor)) is not None:
        for message in messages:
            cursor, quiet = message.cursor, 0.0
            yield record("message", render(message), cursor=cursor)
        kind = await _next_ring(queue)
        if kind == STOP:
            return
        if kind == "typing":
            yield record("typing", {"typing": True})
        quiet += POLL_SECONDS if kind is None else 0.0
        if quiet >= PING_SECONDS:
            quiet = 0.0
            yield ": ping\n\n"


def record(event: str, content: dict[str, Any], *, cursor: int | None = None) -> str:
    """One record of the stream."""
    identity = "" if cursor is None else f"id: {cursor}\n"
    return f"{identity}event: {event}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n"


async def _next_ring(queue: asyncio.Queue[str]) -> str | None:
    try:
        return await asyncio.wait_for(queue.get(), POLL_SECONDS)
    except asyncio.TimeoutError:
        return None
