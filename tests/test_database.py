"""What a database error may show, and who may look into the data folder."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.database import Database
from bot.errors import SettingsError, SetupError, where
from bot.settings import load_settings
from bot.setup import make_data_dir


def test_error_shows_nothing_of_what_was_stored(database: Database) -> None:
    with pytest.raises(SQLAlchemyError) as fault, database.transaction() as session:
        session.execute(text("INSERT INTO no_such_table VALUES (:name)"), {"name": "Example Secret"})
    assert "Example Secret" not in where(fault.value)


def test_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    make_data_dir(load_settings(data_dir=tmp_path / "var"))
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="DATA_DIR cannot be written"):
        make_data_dir(load_settings(data_dir=tmp_path / "file" / "var"))


@pytest.mark.parametrize("url", ["foo", "mysql://x/y", "postgresql"])
def test_address_of_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="sqlite:/// or postgresql://"):
        load_settings(database_url=url)


def test_short_form_of_a_postgresql_address_is_read() -> None:
    assert load_settings(database_url="postgres://u@h/d").database_url == "postgresql://u@h/d"


def test_writers_of_one_sqlite_file_queue_and_give_up_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.database.BUSY_TIMEOUT_SECONDS", 0.05)
    one, other = (Database(f"sqlite:///{tmp_path}/clinic.db") for _ in range(2))
    with one.transaction(), pytest.raises(OperationalError, match="locked"), other.transaction():
        pass
    with other.transaction() as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1
    one.close()
    other.close()
