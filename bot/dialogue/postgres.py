"""Small, quick statements to PostgreSQL beside the ordinary sessions: each one round trip, and none of them waits for long."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from sqlalchemy.engine import make_url

STATEMENT_MILLISECONDS = 2000
# A server that has gone without a word is noticed in about five seconds.
TIMEOUTS = {
    "connect_timeout": 2,
    "tcp_user_timeout": 3000,
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "options": f"-c statement_timeout={STATEMENT_MILLISECONDS}",
}


def connect(url: str, *, name: str) -> Any:
    """A connection that commits every statement; `name` is what `pg_stat_activity` shows.

    Raises:
        psycopg2.Error: the server does not answer within two seconds, or refuses.
    """
    address = make_url(url)
    _, arguments = address.get_dialect()().create_connect_args(address)
    connection = psycopg2.connect(**{**arguments, **TIMEOUTS, "application_name": name})
    connection.autocommit = True
    return connection


class Lane:
    """Statements on one connection, one after the other in the order they were given, in a thread of their own."""

    def __init__(self, url: str, *, name: str) -> None:
        self._url = url
        self._name = name
        self._connection: Any = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of the last of the statements in `statement`, which run in one transaction.

        They are sent a second time where the connection turns out to be lost: let that change nothing.

        Raises:
            psycopg2.Error: the server does not answer, or refuses.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, statement, values)

    def close(self) -> None:
        """Close the connection, after what is under way."""
        self._thread.submit(self._disconnect)
        self._thread.shutdown(wait=False)

    def _run(self, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if self._connection is not None:
            try:
                return self._execute(statement, values)
            except psycopg2.Error:
                if not self._connection.closed:
                    raise
        self._disconnect()
        self._connection = connect(self._url, name=self._name)
        return self._execute(statement, values)

    def _execute(self, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
