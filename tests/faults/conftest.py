"""One assistant for each engine, in which everything goes wrong that can; and the table of what came of it.

FAULT_TURNS, FAULT_KILLS and FAULT_SEED make a longer campaign, or another one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from uuid import uuid4

import pytest

from tests.conftest import ENGINES, POSTGRES_URL, postgres_url
from tests.faults.campaign import SEED, Row
from tests.faults.house import House, open_house
from tests.support.postgres import execute

ROWS = pytest.StashKey[list[Row]]()
COLUMNS = tuple(field.name for field in fields(Row))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "only_on(engine): of a house, what need not or cannot be tried on the other one"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that are for one engine are not skipped on the other: they are not there."""
    beside_the_point = [item for item in items if _is_for_another_engine(item)]
    config.hook.pytest_deselected(items=beside_the_point)
    items[:] = [item for item in items if item not in beside_the_point]


def _is_for_another_engine(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("only_on")
    return marker is not None and item.callspec.params["house"] != marker.args[0]  # type: ignore[attr-defined]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if rows := config.stash.get(ROWS, []):
        terminalreporter.section(f"faults (seed {SEED})")
        for line in table(rows):
            terminalreporter.write_line(line)


def table(rows: list[Row]) -> list[str]:
    """One line for each row, under the columns' names."""
    cells = [COLUMNS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in cells]


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Row]]:
    """The rows of the table; also kept as faults.json in the run's temporary folder."""
    rows = request.config.stash.setdefault(ROWS, [])
    yield rows
    file = tmp_path_factory.getbasetemp() / "faults.json"
    file.write_text(json.dumps({"seed": SEED, "rows": [asdict(row) for row in rows]}, indent=1))


@pytest.fixture(scope="session", params=ENGINES)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running assistant, once for each engine."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("finding the assistant's processes needs /proc")
    folder = tmp_path_factory.mktemp(f"house-{request.param}")
    with ExitStack() as stack:
        url = f"sqlite:///{folder}/clinic.db"
        if request.param == "postgresql":
            url = stack.enter_context(_postgres_database())
        yield stack.enter_context(open_house(request.param, folder, url))


@contextmanager
def _postgres_database() -> Iterator[str]:
    if not POSTGRES_URL:
        pytest.skip("PostgreSQL: TEST_POSTGRES_URL is not set")
    name = f"clinic_house_{uuid4().hex[:12]}"
    execute(POSTGRES_URL, f'CREATE DATABASE "{name}"')
    try:
        yield postgres_url(name)
    finally:
        execute(POSTGRES_URL, f'DROP DATABASE "{name}" WITH (FORCE)')
