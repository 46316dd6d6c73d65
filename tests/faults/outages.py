"""What can happen to a database, done from outside to the one that an assistant is using."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.engine import make_url

from tests.conftest import POSTGRES_URL
from tests.faults.house import PROCESSES, House
from tests.support.postgres import execute

WRITTEN = (
    "conversation",
    "event",
    "inbound",
    "message",
    "message_topic",
    "outbox",
    "handoff",
    "knowledge_gap",
    "booking",
)
DISK_IS_FULL = """
CREATE OR REPLACE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$
"""


def lock(house: House, seconds: float) -> None:
    """Nobody else can write for so long; on PostgreSQL, nor read."""
    with house.database.transaction() as session:  # on SQLite it takes the write lock as it begins
        session.execute(text("SELECT 1"))
        if house.engine == "postgresql":
            session.execute(text(f"LOCK TABLE {', '.join(WRITTEN)} IN ACCESS EXCLUSIVE MODE"))
        time.sleep(seconds)


@contextmanager
def full_disk(house: House) -> Iterator[None]:
    """Nothing more can be written.

    On SQLite the kernel refuses every write of the assistant's processes to a file, as it does for a full disk (setrlimit(2),
    RLIMIT_FSIZE); on PostgreSQL a trigger raises what the server raises then (SQLSTATE 53100).
    """
    with _refused_writes(house) if house.engine == "sqlite" else _trigger(house, WRITTEN):
        yield


@contextmanager
def _refused_writes(house: House) -> Iterator[None]:
    processes = [pid for name in PROCESSES if (pid := house.pid(name))]
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in processes}
    for pid, (_, hard) in limits.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        for pid, before in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def no_handoffs(house: House) -> Iterator[None]:
    """Nobody can be put before staff, while everything else works; SQLite has no trigger that raises such an error."""
    if house.engine == "postgresql":
        with _trigger(house, ["handoff"]):
            yield
        return
    _rename(house, "handoff", "handoff_away")
    try:
        yield
    finally:
        _rename(house, "handoff_away", "handoff")


@contextmanager
def _trigger(house: House, tables: Sequence[str]) -> Iterator[None]:
    url = house.database.engine.url.render_as_string(hide_password=False)
    execute(url, DISK_IS_FULL)
    for table in tables:
        refuse = "BEFORE INSERT OR UPDATE ON {} EXECUTE FUNCTION disk_is_full()"
        execute(url, f"CREATE TRIGGER disk_is_full {refuse.format(table)}")
    try:
        yield
    finally:
        for table in tables:
            execute(url, f"DROP TRIGGER disk_is_full ON {table}")


def _rename(house: House, table: str, name: str) -> None:
    with house.database.transaction() as session:
        session.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


def restart_postgres(house: House, seconds: float) -> None:
    """What its clients see of a restart: every connection ends at once, and for a while there is no new one."""
    name = make_url(house.database.engine.url).database
    execute(POSTGRES_URL, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    try:
        execute(
            POSTGRES_URL, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )  # noqa: S608
        time.sleep(seconds)
    finally:
        execute(POSTGRES_URL, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
