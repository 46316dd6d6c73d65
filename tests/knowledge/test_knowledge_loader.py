from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.database import Database
from bot.errors import KnowledgeError
from bot.knowledge.article import Article
from bot.knowledge.entry import Entry
from bot.knowledge.loader import LoadReport, export_folder, load_folder, read_folder
from bot.knowledge.models import KnowledgeEntry, KnowledgeVersion
from bot.knowledge.service import find_answer
from bot.knowledge.versions import record_entry

Rewrite = Callable[[str, str, str], None]
OLD = "Deeper punctures may be used for scarring."


@pytest.fixture
def load(database: Database, folder: Path, article: Article) -> Callable[[], LoadReport]:
    def load() -> LoadReport:
        with database.transaction() as session:
            return load_folder(session, folder, article)

    return load


@pytest.fixture
def edit(database: Database) -> Callable[[str], None]:
    """Writes another body for scars, as staff do in the console."""

    def edit(body: str) -> None:
        with database.transaction() as session:
            row = session.get(KnowledgeEntry, "scars")
            record_entry(session, Entry(**{**row.content, "body": body}), origin="console", author="asha")

    return edit


@pytest.fixture
def versions(database: Database) -> Callable[[str], list[tuple[int, str, str]]]:
    def versions(slug: str) -> list[tuple[int, str, str]]:
        query = select(KnowledgeVersion).where(KnowledgeVersion.slug == slug).order_by(KnowledgeVersion.version)
        with database.reading() as session:
            return [(row.version, row.origin, row.content["body"]) for row in session.scalars(query)]

    return versions


@pytest.fixture
def said(database: Database) -> Callable[[], str]:
    """What is said on scars now."""

    def said() -> str:
        with database.reading() as session:
            answer = find_answer(session, "scars")
        assert answer is not None
        return answer.text

    return said


def test_first_load_adds_every_entry(load: Callable[[], LoadReport], said: Callable[[], str]) -> None:
    assert load() == LoadReport(added=["price", "scars"])
    assert said() == OLD


def test_second_load_changes_nothing(
    load: Callable[[], LoadReport], versions: Callable[[str], list[object]]
) -> None:
    load()
    assert load() == LoadReport(unchanged=["price", "scars"])
    assert versions("scars") == [(1, "file", OLD)]


def test_changed_file_adds_a_version(
    load: Callable[[], LoadReport], rewrite: Rewrite, versions: Callable[[str], list[object]]
) -> None:
    load()
    rewrite("scars", OLD, "Yes.")
    assert load() == LoadReport(changed=["scars"], unchanged=["price"])
    assert versions("scars") == [(1, "file", OLD), (2, "file", "Yes.")]


def test_line_ends_alone_add_no_version(load: Callable[[], LoadReport], folder: Path) -> None:
    load()
    path = folder / "scars.md"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load().unchanged == ["price", "scars"]


def test_one_bad_file_among_good_ones_changes_nothing(
    load: Callable[[], LoadReport], rewrite: Rewrite, versions: Callable[[str], list[object]]
) -> None:
    load()
    rewrite("price", "I don't have prices; the", "The")
    rewrite("scars", "status: approved", "status: perhaps")
    with pytest.raises(KnowledgeError, match=r"scars\.md"):
        load()
    assert [len(versions(slug)) for slug in ("price", "scars")] == [1, 1]


def test_bad_file_is_refused_before_the_database_is_touched(folder: Path, article: Article) -> None:
    (folder / "zebra.md").write_text("nonsense", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"zebra\.md"):
        load_folder(None, folder, article)  # type: ignore[arg-type]


def test_same_question_in_two_entries_is_refused(folder: Path, article: Article, rewrite: Rewrite) -> None:
    rewrite("scars", "can it help my scars", '"How much is it?"')
    with pytest.raises(KnowledgeError, match=r"scars\.md: the question .* also stands in price\.md"):
        read_folder(folder, article)


@pytest.mark.parametrize("name", [".", "missing"])
def test_folder_without_entries_is_refused(name: str, tmp_path: Path, article: Article) -> None:
    with pytest.raises(KnowledgeError, match="holds no answers: restore"):
        read_folder(tmp_path / name, article)


def test_hidden_files_of_editors_are_left_out(folder: Path, article: Article) -> None:
    (folder / ".#scars.md").write_text("nonsense", encoding="utf-8")
    assert [entry.slug for entry in read_folder(folder, article)] == ["price", "scars"]


def test_console_edit_stays_when_the_file_is_as_it_was(
    load: Callable[[], LoadReport], edit: Callable[[str], None], said: Callable[[], str]
) -> None:
    load()
    edit("Staff know better.")
    assert load() == LoadReport(unchanged=["price"], kept=["scars"])
    assert said() == "Staff know better."


def test_console_edit_stays_and_is_reported_when_the_file_changed_too(
    load: Callable[[], LoadReport], edit: Callable[[str], None], rewrite: Rewrite, said: Callable[[], str]
) -> None:
    load()
    edit("Staff know better.")
    rewrite("scars", OLD, "The file says this.")
    assert load().conflicts == ["scars"]
    assert load().conflicts == ["scars"]
    assert said() == "Staff know better."


def test_exported_edit_settles_a_conflict(
    load: Callable[[], LoadReport],
    edit: Callable[[str], None],
    rewrite: Rewrite,
    said: Callable[[], str],
    database: Database,
    folder: Path,
) -> None:
    load()
    edit("Staff know better.")
    with database.reading() as session:
        export_folder(session, folder)
    assert load().unchanged == ["price", "scars"]
    rewrite("scars", "Staff know better.", "The file says this.")
    assert load().changed == ["scars"]
    assert said() == "The file says this."


def test_entry_written_in_the_console_is_no_missing_file(
    load: Callable[[], LoadReport], database: Database, shipped: dict[str, Entry]
) -> None:
    load()
    with database.transaction() as session:
        record_entry(session, shipped["makeup"], origin="console", author="asha")
    assert load() == LoadReport(unchanged=["price", "scars"])


def test_missing_file_is_reported_and_its_answer_stays(
    load: Callable[[], LoadReport], folder: Path, said: Callable[[], str]
) -> None:
    load()
    (folder / "scars.md").unlink()
    assert load() == LoadReport(unchanged=["price"], without_file=["scars"])
    assert said() == OLD


def test_retired_file_withdraws_its_answer(
    load: Callable[[], LoadReport], rewrite: Rewrite, database: Database
) -> None:
    load()
    rewrite("scars", "status: approved", "status: retired")
    assert load().changed == ["scars"]
    with database.reading() as session:
        assert find_answer(session, "scars") is None


def test_shipped_files_come_back_byte_for_byte_from_sql(
    database: Database, shipped_folder: Path, article: Article, tmp_path: Path
) -> None:
    with database.transaction() as session:
        load_folder(session, shipped_folder, article)
        paths = export_folder(session, tmp_path / "export")
    exported = {path.name: path.read_bytes() for path in paths}
    assert exported == {path.name: path.read_bytes() for path in shipped_folder.glob("*.md")}


def test_versions_cannot_be_changed(load: Callable[[], LoadReport], database: Database) -> None:
    load()
    with pytest.raises(RuntimeError, match="stays as it is"), database.transaction() as session:
        session.scalars(select(KnowledgeVersion)).first().author = "somebody else"


def test_versions_cannot_be_deleted(load: Callable[[], LoadReport], database: Database) -> None:
    load()
    with pytest.raises(RuntimeError, match="stays as it is"), database.transaction() as session:
        session.delete(session.scalars(select(KnowledgeVersion)).first())


def test_version_keeps_its_author(
    load: Callable[[], LoadReport], edit: Callable[[str], None], database: Database
) -> None:
    load()
    edit("Staff know better.")
    with database.reading() as session:
        authors = session.scalars(select(KnowledgeVersion.author).where(KnowledgeVersion.slug == "scars")).all()
    assert sorted(authors) == ["", "asha"]


def test_rule_of_time_is_a_change_and_is_exported(
    database: Database, folder: Path, tmp_path: Path, load: Callable[[], LoadReport], rewrite: Rewrite
) -> None:
    load()
    rewrite("price", "short:", "wait: 2 days\nshort:")
    assert load().changed == ["price"]
    with database.reading() as session:
        export_folder(session, tmp_path / "out")
    assert "\nwait: 2 days\n" in (tmp_path / "out" / "price.md").read_text(encoding="utf-8")
    assert "wait" not in (tmp_path / "out" / "scars.md").read_text(encoding="utf-8")
