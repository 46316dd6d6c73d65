"""Tickets in PostgreSQL, in the table `lock_ticket`: one round trip to take one, one to give it back.

An advisory lock on the conversation, held for one statement's transaction, makes the order of the numbers the order in which they can be seen;
each statement under it sees what the one before committed. Every time is the database's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from rasa.core.lock_store import LockError

from bot.dialogue.listener import Listener
from bot.dialogue.postgres import Lane

CHANNEL_PREFIX = "clinic_turn_"

_ALONE = "SELECT pg_advisory_xact_lock(hashtext('lock_ticket'), hashtext(%(conversation)s));"

_TAKE = f"""
{_ALONE}
DELETE FROM lock_ticket WHERE conversation_id = %(conversation)s AND expires_at < clock_timestamp();
INSERT INTO lock_ticket (conversation_id, holder, expires_at)
VALUES (%(conversation)s, %(ticket)s, clock_timestamp() + make_interval(secs => %(lease)s))
RETURNING NOT EXISTS (
    SELECT FROM lock_ticket WHERE conversation_id = %(conversation)s AND holder <> %(ticket)s
)
"""  # noqa: S608

_ADVANCE = f"""
{_ALONE}
DELETE FROM lock_ticket
WHERE conversation_id = %(conversation)s AND (holder = %(leaving)s OR expires_at < clock_timestamp());
SELECT holder, CASE WHEN split_part(holder, '-', 1) <> %(process)s
    THEN pg_notify('{CHANNEL_PREFIX}' || split_part(holder, '-', 1), holder)::text END
FROM (SELECT holder FROM lock_ticket WHERE conversation_id = %(conversation)s ORDER BY ticket LIMIT 1) AS first
"""  # noqa: S608

_RENEW = """
UPDATE lock_ticket SET expires_at = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE conversation_id = ANY(%(conversations)s) AND holder = ANY(%(tickets)s)
RETURNING holder
"""


class PostgresTickets:
    """See `Tickets`. A crash of PostgreSQL empties the table: those who wait queue again."""

    def __init__(self, url: str, *, lease: float) -> None:
        self._url = url
        self._lease = lease
        self._process = ""

    def start(self, process: str, *, on_first: Callable[[str], None], on_missed: Callable[[], None]) -> None:
        self._process = process
        self._lane = Lane(self._url, name="clinic turns")
        self._listener = Listener(
            self._url,
            CHANNEL_PREFIX + process,
            heard=on_first,
            connected=on_missed,
            name="clinic turns listener",
        )
        self._listener.start()

    async def take(self, conversation_id: str, ticket: str) -> bool:
        rows = await self._run(_TAKE, conversation=conversation_id, ticket=ticket, lease=self._lease)
        return bool(rows[0][0])

    async def advance(self, conversation_id: str, leaving: str = "") -> str:
        rows = await self._run(_ADVANCE, conversation=conversation_id, leaving=leaving, process=self._process)
        return str(rows[0][0]) if rows else ""

    async def renew(self, tickets: list[tuple[str, str]]) -> set[str]:
        rows = await self._run(
            _RENEW,
            conversations=[conversation_id for conversation_id, _ in tickets],
            tickets=[ticket for _, ticket in tickets],
            lease=self._lease,
        )
        return {str(row[0]) for row in rows}

    async def close(self) -> None:
        self._listener.stop()
        self._lane.close()

    async def _run(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        try:
            return await self._lane.run(statement, values)
        except psycopg2.Error as error:
            raise LockError(
                "PostgreSQL, which keeps the queue of each conversation, does not answer."
            ) from error
