"""A visitor's right to be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from bot.conversations.conversation import lock_conversation
from bot.conversations.models import Event, Handoff, Inbound, KnowledgeGap, Message, Outgoing
from bot.conversations.news import notify
from bot.database import Database, now

Eraser = Callable[[Session, str], None]


def erase_conversation(session: Session, conversation_id: str, erasers: Iterable[Eraser]) -> None:
    """Remove all that was said and asked for, and retire the id.

    Args:
        erasers: each other package's own part: removes what it keeps under the conversation's id.

    Raises:
        ConversationGoneError: it was erased before, or never was.
    """
    conversation = lock_conversation(session, conversation_id)
    for erase in erasers:
        erase(session, conversation_id)
    for model in (Event, Handoff, KnowledgeGap, Message, Inbound, Outgoing):
        session.execute(delete(model).where(model.conversation_id == conversation_id))
    conversation.window_state = []
    conversation.taken_over_by = conversation.taken_over_at = conversation.staff_wrote_at = None
    conversation.erased_at = now()
    notify(session, "message", conversation_id)


def forget_words(database: Database) -> None:
    """Remove what SQLite itself still holds of deleted rows: words in the search index, pages in the write-ahead log.

    Comes after the erasure's commit. PostgreSQL does so in its own time, by vacuuming.
    """
    if database.engine.dialect.name != "sqlite":
        return
    with database.transaction() as session:
        session.execute(text("INSERT INTO message_words (message_words) VALUES ('optimize')"))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # a checkpoint runs outside any transaction
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
