"""Finding messages as staff look for them: by time, channel, outcome, topic and words, each with an index of its own."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import column, func, select, text
from sqlalchemy.orm import Session

from bot.conversations.history import PAGE
from bot.conversations.models import Message, MessageTopic


def find_messages(
    session: Session,
    *,
    words: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    channel: str | None = None,
    outcome: str | None = None,
    topic: str | None = None,
    most: int = PAGE,
) -> list[Message]:
    """The messages that meet every condition given, newest first.

    Args:
        words: all of these, in any order and in their usual forms ("scar" finds "scars"); punctuation does not count.
        since, until: the first moment that counts, and the first that does not any more.
        topic: the slug of a knowledge entry that the reply came from.
    """
    conditions = [
        *([Message.at >= since] if since else []),
        *([Message.at < until] if until else []),
        *([Message.channel == channel] if channel else []),
        *([Message.outcome == outcome] if outcome else []),
        *([Message.number.in_(_numbers_about(topic))] if topic else []),
        *([_holds_words(session, words)] if words else []),
    ]
    query = select(Message).where(*conditions).order_by(Message.at.desc(), Message.number.desc()).limit(most)
    return list(session.execute(query).scalars())


def _numbers_about(topic: str) -> Any:
    return select(MessageTopic.message_number).where(MessageTopic.topic == topic)


def _holds_words(session: Session, words: str) -> Any:
    """PostgreSQL's own text search, or SQLite's FTS5, in which quotes make each word plain."""
    if session.get_bind().dialect.name == "postgresql":
        return func.to_tsvector(text("'english'"), Message.text).op("@@")(
            func.plainto_tsquery(text("'english'"), words)
        )
    plain = " ".join(f'"{word}"' for word in re.findall(r"\w+", words)) or '""'
    found = text("SELECT rowid FROM message_words WHERE message_words MATCH :plain").bindparams(plain=plain)
    return Message.number.in_(found.columns(column("rowid")))
