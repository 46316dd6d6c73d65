"""Removing a conversation's events from the table that Rasa's SQL tracker store keeps."""

from __future__ import annotations

from sqlalchemy import column, delete, inspect, table
from sqlalchemy.orm import Session

_EVENTS = table("events", column("sender_id"))


def erase_tracker(session: Session, conversation_id: str) -> None:
    """Remove every tracker event of the conversation."""
    if inspect(session.connection()).has_table(_EVENTS.name):
        session.execute(delete(_EVENTS).where(_EVENTS.c.sender_id == conversation_id))
