"""Hearing PostgreSQL's NOTIFY in the event loop, without a thread that waits for it."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from typing import Any

import psycopg2  # type: ignore[import-untyped]

from bot.dialogue.postgres import connect
from bot.errors import where

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0


class Listener:
    """LISTENs on a connection of its own, and connects again by itself, for ever, when that is lost.

    Args:
        channel: a plain identifier.
        heard: gets each payload.
        connected: called whenever the connection stands, again or for the first time: what was said before was missed.
    """

    def __init__(
        self,
        url: str,
        channel: str,
        *,
        heard: Callable[[str], None],
        connected: Callable[[], None],
        name: str,
    ) -> None:
        self._url = url
        self._channel = channel
        self._heard = heard
        self._connected = connected
        self._name = name
        self._connection: Any = None
        self._descriptor = -1
        self._connecting: asyncio.Task[None] | None = None

    def start(self) -> asyncio.Task[None]:
        """Begin; the task ends when the connection stands."""
        self._connecting = asyncio.create_task(self._connect())
        return self._connecting

    def stop(self) -> None:
        """Hear nothing any more."""
        if self._connecting:
            self._connecting.cancel()
        self._disconnect()

    async def _connect(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while self._connection is None:
            try:
                self._connection = await asyncio.to_thread(self._open)
            except psycopg2.Error as error:
                if pause == FIRST_PAUSE_SECONDS:
                    logger.warning("PostgreSQL cannot be listened to: %s", where(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        # A copy, which stays ours: libpq closes its own unasked when the server hangs up.
        self._descriptor = os.dup(self._connection.fileno())
        asyncio.get_running_loop().add_reader(self._descriptor, self._read)
        self._connected()
        self._read()  # what came in the same breath as the connection

    def _open(self) -> Any:
        connection = connect(self._url, name=self._name)
        with connection.cursor() as cursor:
            cursor.execute(f'LISTEN "{self._channel}"')
        return connection

    def _read(self) -> None:
        try:
            self._connection.poll()
        except psycopg2.Error as error:
            logger.warning("PostgreSQL is not listened to any more: %s", where(error))
            self._disconnect()
            self.start()
            return
        news, self._connection.notifies = self._connection.notifies, []
        for notification in news:
            self._heard(notification.payload)

    def _disconnect(self) -> None:
        if self._connection is not None:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._connection.close()
            self._connection = None
