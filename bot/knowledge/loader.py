"""Markdown files into SQL and back: all is validated before anything changes, and staff's edits stay.

A file is compared with what it held when it was last loaded:

| the file changed | the console changed | then |
|---|---|---|
| no  | no  | nothing (`unchanged`) |
| yes | no  | a new version (`changed`) |
| no  | yes | the console's words stay (`kept`) |
| yes | yes | the console's words stay (`conflicts`); export, then edit the exported file |
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import KnowledgeError
from bot.knowledge.article import Article
from bot.knowledge.entry import Entry
from bot.knowledge.markdown import read_entry, render_entry
from bot.knowledge.models import KnowledgeEntry
from bot.knowledge.versions import record_entry
from bot.knowledge.wording import question_key


@dataclass(frozen=True)
class LoadReport:
    """The slugs of what a load did, one list for each outcome.

    `without_file` are topics once loaded whose file is gone: they stay as they are. To withdraw an answer,
    write `status: retired` in its file.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    without_file: list[str] = field(default_factory=list)


def read_folder(folder: Path, article: Article) -> list[Entry]:
    """Read and check every `*.md` in a folder, in the order of their names.

    Raises:
        KnowledgeError: the folder holds no entry, a file cannot be used, or two entries list the same question.
    """
    paths = sorted(path for path in folder.glob("*.md") if not path.name.startswith("."))
    if not paths:
        raise KnowledgeError(
            f"The folder {folder.name} holds no answers: restore its *.md files from the repository."
        )
    entries = [read_entry(path, article) for path in paths]
    _check_questions(entries)
    return entries


def load_folder(session: Session, folder: Path, article: Article) -> LoadReport:
    """Bring the files of a folder into SQL. Loading the same files again changes nothing.

    Raises:
        KnowledgeError: something in the folder is not valid; nothing has been changed.
    """
    entries = read_folder(folder, article)
    report = LoadReport()
    for entry in entries:
        _load(session, entry, report)
    slugs = {entry.slug for entry in entries}
    loaded = (
        select(KnowledgeEntry.slug).where(KnowledgeEntry.file_hash.is_not(None)).order_by(KnowledgeEntry.slug)
    )
    report.without_file.extend(slug for slug in session.scalars(loaded) if slug not in slugs)
    return report


def export_folder(session: Session, folder: Path) -> list[Path]:
    """Write what is said now, one Markdown file a topic, and return the files; others in the folder stay."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for row in session.scalars(select(KnowledgeEntry).order_by(KnowledgeEntry.slug)):
        path = folder / f"{row.slug}.md"
        path.write_bytes(render_entry(Entry(**row.content)).encode())
        paths.append(path)
    return paths


def _load(session: Session, entry: Entry, report: LoadReport) -> None:
    row = session.get(KnowledgeEntry, entry.slug)
    outcome = _outcome(row, entry.content_hash())
    if row is None or outcome == "changed":
        record_entry(session, entry, origin="file")
    elif row.content_hash == entry.content_hash():
        row.origin, row.file_hash = "file", row.content_hash  # an exported edit has come back: both agree again
    getattr(report, outcome).append(entry.slug)


def _outcome(row: KnowledgeEntry | None, file_hash: str) -> str:
    if row is None:
        return "added"
    if row.content_hash == file_hash:
        return "unchanged"
    if row.file_hash == file_hash:
        return "kept"
    return "changed" if row.origin == "file" else "conflicts"


def _check_questions(entries: list[Entry]) -> None:
    asked: dict[str, Entry] = {}
    for entry in entries:
        for question in entry.questions:
            other = asked.setdefault(question_key(question), entry)
            if other is not entry:
                place = f"also stands in {other.slug}.md"
                raise KnowledgeError(
                    f"{entry.slug}.md: the question {question!r} {place}: keep it in one of them."
                )
