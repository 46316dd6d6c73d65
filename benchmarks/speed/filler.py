"""Filling a database with what years of visitors leave: real conversations, copied under new ids at other times.

It knows no table by name but `conversation`: whatever refers to a conversation, or to a row that does, is copied with it.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, cycle
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Column, Integer, MetaData, Table, Text, cast, create_engine, event, func, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SAWarning

from benchmarks.speed.places import BenchmarkError

ROOT = "conversation"
KEYS = ("conversation_id", "sender_id")  # how a column that names a conversation is called
EVENT_TABLES = ("event", "events")
SPREAD = timedelta(days=730)
CONVERSATIONS_A_TRANSACTION = 200

Row = dict[str, Any]
Rows = list[tuple[Table, list[Row]]]


@dataclass
class Numbers:
    """New values for a table's integer primary key: it is known which old one became which."""

    following: Iterator[int]
    renumbered: dict[int, int] = field(default_factory=dict)


def fill(url: str, *, events: int) -> dict[str, int]:
    """Copy the conversations in a database until it holds that many events; returns how many rows each table then has.

    Raises:
        BenchmarkError: there is no conversation with events to copy.
    """
    engine = _bulk_engine(url)
    with engine.connect() as connection:
        tables = _tables(connection)
        models = _conversations(connection, tables)
        missing = events - _count(connection, _event_table(tables))
        numbers = {
            table.name: _numbers(connection, table) for table in tables if _own_number(table) is not None
        }
    if not any(_events_in(rows) for rows in models):
        raise BenchmarkError("There is no conversation to copy.")
    _copy_all(engine, models, numbers, missing)
    _finish(engine, tables)
    with engine.connect() as connection:
        counts = {table.name: _count(connection, table) for table in tables}
    engine.dispose()
    return counts


def _copy_all(engine: Engine, models: list[Rows], numbers: dict[str, Numbers], missing: int) -> None:
    source, chance = cycle(models), random.Random(1)
    while missing > 0:
        batch: dict[Table, list[Row]] = {}
        for _ in range(CONVERSATIONS_A_TRANSACTION):
            if missing <= 0:
                break
            model = next(source)
            missing -= _events_in(model)
            for table, rows in _copy(model, numbers, chance):
                batch.setdefault(table, []).extend(rows)
        with engine.begin() as connection:
            for table, rows in ((table, rows) for table, rows in batch.items() if rows):
                connection.execute(table.insert(), rows)


def _copy(model: Rows, numbers: dict[str, Numbers], chance: random.Random) -> Rows:
    names = _new_names(model, chance)
    earlier = SPREAD * chance.random()
    copied: Rows = []
    for table, rows in model:
        links = _links(table, numbers)
        copies = [{key: _changed(value, names, earlier) for key, value in row.items()} for row in rows]
        for row in copies:
            for column, parent in links.items():
                row[column] = parent.renumbered.get(row[column])
            if (own := _own_number(table)) is not None:
                new = next(numbers[table.name].following)
                numbers[table.name].renumbered[row[own.name]] = new
                row[own.name] = new
        copied.append((table, copies))
    return copied


def _new_names(model: Rows, chance: random.Random) -> dict[str, str]:
    """A new name for the conversation and for each message id in it; both stand in many columns, also inside JSON."""
    names: dict[str, str] = {}
    for table, rows in model:
        if table.name == ROOT:
            names[rows[0]["id"]] = uuid4().hex
        for row in rows:
            if "message_id" in row:
                names[row["message_id"]] = str(UUID(int=chance.getrandbits(128), version=4))
    return names


def _changed(value: Any, names: Mapping[str, str], earlier: timedelta) -> Any:
    if isinstance(value, datetime):
        return value - earlier
    if isinstance(value, str) and len(value) >= len(next(iter(names))):
        for old, new in names.items():
            value = value.replace(old, new)
    return value


def _tables(connection: Connection) -> list[Table]:
    """The tables that hold something of a conversation, in the order in which rows can be added."""
    metadata = MetaData()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # an index on an expression is nothing to copy
        metadata.reflect(connection)
    found: list[Table] = []
    for table in metadata.sorted_tables:
        if table.name == ROOT or _key(table) is not None or _parents(table, found):
            found.append(table)
    for table in found:
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type = Text()  # copied as written
    return found


def _conversations(connection: Connection, tables: list[Table]) -> list[Rows]:
    root = next(table for table in tables if table.name == ROOT)
    ids = connection.execute(select(root.c.id)).scalars().all()
    return [[(table, _rows(connection, table, one)) for table in tables] for one in ids]


def _rows(connection: Connection, table: Table, conversation_id: str) -> list[Row]:
    kept = [
        cast(column, Text).label(column.name) if isinstance(column.type, Text) else column
        for column in _kept(table)
    ]
    key = table.c.id if table.name == ROOT else _key(table)
    query = select(*kept)
    if key is not None:
        query = query.where(key == conversation_id)
    else:
        link = next(iter(table.foreign_keys))
        parent = link.column.table
        query = query.join(parent, link.column == link.parent).where(_key(parent) == conversation_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def _kept(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.computed is None]


def _key(table: Table) -> Column[Any] | None:
    return next((table.columns[name] for name in KEYS if name in table.columns), None)


def _own_number(table: Table) -> Column[Any] | None:
    keys = list(table.primary_key.columns)
    return keys[0] if len(keys) == 1 and isinstance(keys[0].type, Integer) else None


def _parents(table: Table, among: list[Table]) -> list[Table]:
    names = {one.name for one in among}
    return [link.column.table for link in table.foreign_keys if link.column.table.name in names]


def _links(table: Table, numbers: dict[str, Numbers]) -> dict[str, Numbers]:
    """Columns that hold the number of a row that is copied, too."""
    return {
        link.parent.name: numbers[link.column.table.name]
        for link in table.foreign_keys
        if link.column.table.name in numbers
    }


def _numbers(connection: Connection, table: Table) -> Numbers:
    highest = connection.execute(select(func.max(_own_number(table)))).scalar() or 0
    return Numbers(count(highest + 1))


def _event_table(tables: list[Table]) -> Table:
    return next(table for table in tables if table.name in EVENT_TABLES)


def _events_in(rows: Rows) -> int:
    return sum(len(found) for table, found in rows if table.name in EVENT_TABLES)


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _bulk_engine(url: str) -> Engine:
    engine = create_engine(url, future=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    return engine


def _finish(engine: Engine, tables: list[Table]) -> None:
    """What the database would have done by itself over those years."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        for table in tables:
            if (own := _own_number(table)) is not None:
                sequence = func.pg_get_serial_sequence(table.name, own.name)
                connection.execute(select(func.setval(sequence, select(func.max(own)).scalar_subquery())))
        connection.exec_driver_sql("VACUUM ANALYZE")
