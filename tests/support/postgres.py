"""PostgreSQL outside any session: statements, and databases for a while."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from sqlalchemy.engine import make_url


@contextmanager
def temporary_database() -> Iterator[str]:
    """The address of an empty database; a test that asks for one is skipped where TEST_POSTGRES_URL is not set."""
    server = os.environ.get("TEST_POSTGRES_URL", "")
    if not server:
        pytest.skip("PostgreSQL: TEST_POSTGRES_URL is not set")
    name = f"clinic_{uuid4().hex[:12]}"
    execute(server, f'CREATE DATABASE "{name}"')
    yield str(make_url(server).set(database=name).render_as_string(hide_password=False))
    execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def execute(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement, committed by itself; returns its rows."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows = list(cursor.fetchall()) if cursor.description else []
    connection.close()
    return rows
