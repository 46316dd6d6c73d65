"""News of a conversation for every process: sent with the commit that made it, or not at all."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

NEWS_CHANNEL = "clinic_news"
ANYBODY = "-"  # stands where a process that has told its own listeners already puts its name


def notify(session: Session, kind: str, conversation_id: str) -> None:
    """Tell every process when, and only if, this transaction commits; PostgreSQL alone carries news between processes.

    Args:
        kind: `message` or `typing`.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT pg_notify(:channel, :payload)"),
            {"channel": NEWS_CHANNEL, "payload": payload(kind, conversation_id)},
        )


def payload(kind: str, conversation_id: str, *, origin: str = ANYBODY) -> str:
    """One piece of news as it travels."""
    return f"{kind} {origin} {conversation_id}"


def read_payload(text: str) -> tuple[str, str, str]:
    """Its kind, origin and conversation."""
    kind, origin, conversation_id = text.split(" ", 2)
    return kind, origin, conversation_id
