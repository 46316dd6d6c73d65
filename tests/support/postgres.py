"""Statements to PostgreSQL outside any session."""

from __future__ import annotations

from typing import Any

import psycopg2


def execute(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement, committed by itself; returns its rows."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows = list(cursor.fetchall()) if cursor.description else []
    connection.close()
    return rows
