"""News of conversations across processes: whoever holds a visitor's event stream hears at once what another process did.

PostgreSQL carries it. On SQLite only this process's own listeners are told; others find what is new by looking.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from bot.conversations.news import NEWS_CHANNEL, payload, read_payload
from bot.errors import where

if TYPE_CHECKING:
    from bot.dialogue.listener import Listener
    from bot.dialogue.postgres import Lane

logger = logging.getLogger(__name__)

RESYNC = "resync"  # news may have been missed: look at everything
START_SECONDS = 2.0
_SEND = "SELECT pg_notify(%(channel)s, payload) FROM unnest(%(payloads)s::text[]) AS payload"

NewsCallback = Callable[[str, str], None]


class Signals:
    """Tells and hears news. Making one opens nothing, so that it may be made before the server forks its workers.

    Args:
        alone: nobody else holds event streams, so that what is published here need not travel.
    """

    def __init__(self, database_url: str, *, alone: bool = False) -> None:
        self._url = database_url
        self._alone = alone
        self._origin = ""
        self._callbacks: list[NewsCallback] = []
        self._lane: Lane | None = None
        self._listener: Listener | None = None
        self._unsent: list[str] = []
        self._sending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to hear other processes; a database that is away is waited for in the background."""
        if make_url(self._url).get_backend_name() != "postgresql":
            return
        from bot.dialogue.listener import Listener
        from bot.dialogue.postgres import Lane

        self._origin = secrets.token_hex(8)  # after the fork: workers must not share it
        self._lane = Lane(self._url, name="clinic news")
        self._listener = Listener(
            self._url,
            NEWS_CHANNEL,
            heard=self._hear,
            connected=lambda: self._tell(RESYNC, ""),
            name="clinic news listener",
        )
        await asyncio.wait({self._listener.start()}, timeout=START_SECONDS)

    async def stop(self) -> None:
        """Neither hear nor send anything more; what was published before is still sent."""
        if self._sending:
            await asyncio.wait({self._sending}, timeout=START_SECONDS)
        if self._listener:
            self._listener.stop()
        if self._lane:
            self._lane.close()
        self._listener = self._lane = None

    def listen(self, callback: NewsCallback) -> None:
        """Call back with `message` or `typing` and the conversation's id, or with `resync` and an empty one."""
        self._callbacks.append(callback)

    def publish(self, kind: str, conversation_id: str) -> None:
        """Tell this process at once, and the others as soon as the database passes it on; for the event loop's thread."""
        self._tell(kind, conversation_id)
        if self._lane is None or self._alone:
            return
        self._unsent.append(payload(kind, conversation_id, origin=self._origin))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(self._lane))

    async def _send(self, lane: Lane) -> None:
        """All that has gathered while the last of it was sent goes together."""
        while self._unsent:
            payloads, self._unsent = self._unsent, []
            try:
                await lane.run(_SEND, {"channel": NEWS_CHANNEL, "payloads": payloads})
            except Exception as error:  # the streams find it by looking
                logger.warning("News did not reach the other processes: %s", where(error))

    def _hear(self, text: str) -> None:
        kind, origin, conversation_id = read_payload(text)
        if origin != self._origin:
            self._tell(kind, conversation_id)

    def _tell(self, kind: str, conversation_id: str) -> None:
        for callback in self._callbacks:
            callback(kind, conversation_id)
