"""A new, empty database for each measurement: a SQLite file, or a PostgreSQL database that is dropped again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "")


def engines() -> list[str]:
    """The kinds of database that can be measured here."""
    return ["sqlite", *(["postgresql"] if postgres_version() else [])]


def postgres_version() -> str:
    """The version of the PostgreSQL server of TEST_POSTGRES_URL, or "" where there is none."""
    if not POSTGRES_URL:
        return ""
    engine = create_engine(POSTGRES_URL, future=True, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            return str(connection.exec_driver_sql("SHOW server_version").scalar()).split()[0]
    except OperationalError:
        return ""
    finally:
        engine.dispose()


@contextmanager
def empty_database(engine: str, folder: Path) -> Iterator[str]:
    """The address of a database without tables; it is gone after the block, where it does not lie in the folder."""
    if engine == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        yield f"sqlite:///{folder}/clinic.db"
        return
    name = f"clinic_bench_{uuid4().hex[:12]}"
    _administer(f'CREATE DATABASE "{name}"')
    try:
        yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(statement: str) -> None:
    engine = create_engine(POSTGRES_URL, future=True, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
