"""Fixtures for every test: real databases, and the real assistant where a test needs it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bot.database import Database
from bot.settings import PROJECT_DIR, Settings, load_clinic, load_settings
from bot.setup import load_knowledge, migrate
from tests.support.assistant import running

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "")
RUNNING_ASSISTANT = os.environ.get(
    "TEST_ASSISTANT_URL", ""
)  # a running widget channel to test instead of a new one
ENGINES = ("sqlite", "postgresql")
os.environ["SMTP_URL"] = os.environ["ALERT_WEBHOOK_URL"] = ""  # whatever .env says: no test writes to anybody


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail when any test was skipped")


def pytest_report_header() -> list[str]:
    engines = "SQLite and PostgreSQL" if POSTGRES_URL else "SQLite only (TEST_POSTGRES_URL is not set)"
    browser = shutil.which("chromium") or "none found, browser tests are skipped"
    return [f"databases: {engines}", f"browser: {browser}"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of the running assistant, once for each engine; a browser cannot tell which database is behind it."""
    if "assistant_url" in metafunc.fixturenames:
        engines = ENGINES[:1] if "browser" in metafunc.definition.path.parts else ENGINES
        metafunc.parametrize("assistant_url", engines, indirect=True, scope="session")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if session.config.getoption("--no-skips") and skipped and exitstatus == 0:
        reporter.write_line(f"{len(skipped)} tests were skipped, and --no-skips was given", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    migrate(_settings(folder))
    database = Database(f"sqlite:///{folder}/clinic.db")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return folder / "clinic.db"


@pytest.fixture(scope="session")
def migrated_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a PostgreSQL database with every table, to be copied."""
    name = f"clinic_template_{uuid4().hex[:12]}"
    _administer(f'CREATE DATABASE "{name}"')
    migrate(_settings(tmp_path_factory.mktemp("postgres"), database_url=postgres_url(name)))
    yield name
    _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database with every table, once for each engine."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "clinic.db")
        yield f"sqlite:///{tmp_path}/clinic.db"
        return
    name = f"clinic_test_{uuid4().hex[:12]}"
    _require_postgres()
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{request.getfixturevalue("migrated_postgres")}"')
    yield postgres_url(name)
    _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, once for each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    _require_postgres()
    name = f"clinic_empty_{uuid4().hex[:12]}"
    _administer(f'CREATE DATABASE "{name}"')
    yield postgres_url(name)
    _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database with every table, once for each engine."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def assistant_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the widget channel of a running assistant: real Rasa, real action server, once for each engine."""
    if RUNNING_ASSISTANT:
        yield RUNNING_ASSISTANT
        return
    folder = tmp_path_factory.mktemp(f"assistant-{request.param}")
    if request.param == "sqlite":
        with running(folder, f"sqlite:///{folder}/clinic.db") as url:
            yield url
        return
    _require_postgres()
    name = f"clinic_assistant_{uuid4().hex[:12]}"
    _administer(f'CREATE DATABASE "{name}"')
    with running(folder, postgres_url(name)) as url:
        yield url
    _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


def postgres_url(name: str) -> str:
    """TEST_POSTGRES_URL with another database's name."""
    return str(make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False))


def _require_postgres() -> None:
    if not POSTGRES_URL:
        pytest.skip("PostgreSQL: TEST_POSTGRES_URL is not set")


def _administer(statement: str) -> None:
    engine = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT", future=True)
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _settings(folder: Path, *, database_url: str = "") -> Settings:
    return load_settings(data_dir=folder, database_url=database_url or f"sqlite:///{folder}/clinic.db")


@pytest.fixture
def knowledge(database: Database) -> Database:
    """The database with the shipped answers loaded."""
    settings = load_settings(database_url=str(database.engine.url.render_as_string(hide_password=False)))
    load_knowledge(settings, load_clinic(PROJECT_DIR / "clinic.toml"))
    return database
