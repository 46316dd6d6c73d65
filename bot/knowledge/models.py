"""The tables of the knowledge base: what is said now, and every version there ever was."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
    event,
)

from bot.database import Base, UtcDateTime, now


class KnowledgeEntry(Base):  # type: ignore[misc]
    """What is said on one topic now.

    `origin` tells whether the content was last written by a file or in the console; `file_hash` is the content
    that the file held when it was last loaded. A clinic-owned topic has `clinic_answer` in addition, and
    `clinic_answer_from_file` is what `clinic.toml` said when it was last applied.
    """

    __tablename__ = "knowledge_entry"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'approved', 'retired')", name="knowledge_entry_status"),
        CheckConstraint("origin IN ('file', 'console')", name="knowledge_entry_origin"),
    )

    slug = Column(String(64), primary_key=True)
    version = Column(Integer, nullable=False)
    title = Column(String(120), nullable=False)
    status = Column(String(10), nullable=False, index=True)
    clinic = Column(Boolean, nullable=False, default=False)
    content = Column(JSON, nullable=False)
    content_hash = Column(String(64), nullable=False)
    origin = Column(String(10), nullable=False)
    file_hash = Column(String(64))
    clinic_answer = Column(Text, nullable=False, default="")
    clinic_answer_from_file = Column(Text, nullable=False, default="")
    updated_at = Column(UtcDateTime, nullable=False, default=now, onupdate=now)


class KnowledgeVersion(Base):  # type: ignore[misc]
    """What was said on one topic from `created_at` until the next version. Rows are added, never changed."""

    __tablename__ = "knowledge_version"
    __table_args__ = (UniqueConstraint("slug", "version", name="knowledge_version_slug_version"),)

    id = Column(Integer, primary_key=True)
    slug = Column(String(64), ForeignKey("knowledge_entry.slug"), nullable=False)
    version = Column(Integer, nullable=False)
    content = Column(JSON, nullable=False)
    content_hash = Column(String(64), nullable=False)
    clinic_answer = Column(Text, nullable=False, default="")
    origin = Column(String(10), nullable=False)
    author = Column(String(120), nullable=False, default="")
    created_at = Column(UtcDateTime, nullable=False, default=now)


def _refuse(_mapper: Any, _connection: Any, version: KnowledgeVersion) -> None:
    raise RuntimeError(
        f"version {version.version} of {version.slug} is history and stays as it is: add a version"
    )


for change in ("before_update", "before_delete"):
    event.listen(KnowledgeVersion, change, _refuse)
