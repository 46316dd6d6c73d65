"""Short ways to fill a conversation."""

from __future__ import annotations

from typing import Any

from bot.conversations import inbound
from bot.conversations.conversation import start_conversation
from bot.conversations.replies import Reply
from bot.conversations.turn import Said, Turn, commit_turn
from bot.database import Database


def started(database: Database, *, channel: str = "widget") -> str:
    """A new conversation's id."""
    with database.transaction() as session:
        return start_conversation(session, channel=channel)


def received(
    database: Database, conversation_id: str, message_id: str, **content: Any
) -> inbound.Waiting | None:
    """Store a visitor's message."""
    with database.transaction() as session:
        return inbound.receive(session, conversation_id, message_id, **{"per_minute": 100, **content})


def answered(database: Database, conversation_id: str, message_id: str, *replies: Reply, **turn: Any) -> int:
    """Commit a turn that answers the message."""
    said = turn.pop("said", Said(message_id, ""))
    with database.transaction() as session:
        committed = commit_turn(session, Turn(conversation_id, "widget", said=said, replies=replies, **turn))
    return committed.head.last_seq
