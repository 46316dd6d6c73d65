"""Engine and session: the one way into the SQL database.

SQLite runs in WAL mode with foreign keys on, so that readers never wait for the writer; PostgreSQL is used as it is.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, create_engine, event
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, declarative_base, sessionmaker
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator

Base: Any = declarative_base()
BigNumber = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only an INTEGER key by itself

BUSY_TIMEOUT_SECONDS = 5.0
CONNECT_SECONDS = 5
SILENCE_SECONDS = 5
STATEMENT_MILLISECONDS = 30_000


class UtcDateTime(TypeDecorator):  # type: ignore[type-arg]
    """A time zone aware datetime, stored as UTC; SQLite forgets the zone, so it is given back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=timezone.utc) if value and value.tzinfo is None else value


class Database:
    """An engine and its sessions. Making one opens no connection; its errors never show what was stored."""

    def __init__(self, url: str) -> None:
        self.engine = _create_engine(url)
        self._sessions = sessionmaker(self.engine, future=True, expire_on_commit=False)
        reading_engine = self.engine.execution_options(read_only=True)
        self._reading_sessions = sessionmaker(reading_engine, future=True, expire_on_commit=False)
        self._writing = _write_lock(url) if self.engine.dialect.name == "sqlite" else None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed at the end, or rolled back when anything raises.

        Raises:
            OperationalError: the database is away, or (SQLite) somebody else has written for more than five seconds.
        """
        with self._turn_to_write(), self._sessions.begin() as session:
            yield session

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        """SQLite has one writer at a time and lets the others sleep, for up to 100 ms, before they look again; within this
        process they queue instead, which halves the longest waits of sixteen visitors at once."""
        if self._writing is None:
            yield
            return
        if not self._writing.acquire(timeout=BUSY_TIMEOUT_SECONDS):
            raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: on SQLite it neither waits for a writer nor keeps one waiting."""
        with self._reading_sessions() as session:
            yield session

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


@cache
def _write_lock(url: str) -> threading.Lock:
    """One for each database file and process, however many `Database` objects there are."""
    return threading.Lock()


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(timezone.utc)


def _create_engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        limits = {
            "connect_timeout": CONNECT_SECONDS,
            # A server that has gone without a word is noticed in seconds, not in the quarter of an hour of TCP's own.
            "tcp_user_timeout": SILENCE_SECONDS * 1000,
            "keepalives_idle": SILENCE_SECONDS,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "options": f"-c statement_timeout={STATEMENT_MILLISECONDS}",
        }
        return create_engine(url, future=True, hide_parameters=True, pool_pre_ping=True, connect_args=limits)
    engine = create_engine(
        url,
        future=True,
        hide_parameters=True,
        # Kept open: SQLAlchemy 1.4 would open the file for every transaction, and closing it writes the whole log back.
        poolclass=QueuePool,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # pysqlite's own BEGIN would come too late; see _begin
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    """Take the write lock at the start: a reader that turns writer half-way fails at once instead of waiting."""
    read_only = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
