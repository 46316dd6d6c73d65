"""The one way in which what is said changes: the entry gets its new words and a version is added."""

from __future__ import annotations

from typing import Literal

from sqlalchemy.orm import Session

from bot.knowledge.entry import Entry
from bot.knowledge.models import KnowledgeEntry, KnowledgeVersion

Origin = Literal["file", "console"]


def record_entry(session: Session, entry: Entry, *, origin: Origin, author: str = "") -> KnowledgeEntry:
    """Make `entry` what is said on its topic, as a new version; one from a file also counts as loaded."""
    row: KnowledgeEntry | None = session.get(KnowledgeEntry, entry.slug)
    if row is None:
        row = KnowledgeEntry(slug=entry.slug, version=0, clinic_answer="", clinic_answer_from_file="")
        session.add(row)
    row.title, row.status, row.clinic = entry.title, entry.status, entry.clinic
    row.content, row.content_hash = entry.content(), entry.content_hash()
    row.origin = origin
    if origin == "file":
        row.file_hash = row.content_hash
    _add_version(session, row, origin, author)
    return row


def record_clinic_answer(
    session: Session, row: KnowledgeEntry, text: str, *, origin: Origin, author: str = ""
) -> None:
    """Make `text` the clinic's answer on a topic that it owns, as a new version; empty takes it back."""
    row.clinic_answer = text
    _add_version(session, row, origin, author)


def _add_version(session: Session, row: KnowledgeEntry, origin: Origin, author: str) -> None:
    row.version += 1
    session.flush()  # the entry's row must stand before a version refers to it
    version = KnowledgeVersion(
        slug=row.slug,
        version=row.version,
        content=row.content,
        content_hash=row.content_hash,
        clinic_answer=row.clinic_answer,
        origin=origin,
        author=author,
    )
    session.add(version)
    session.flush()
