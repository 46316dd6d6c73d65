"""Where the dialogue goes on after a person has left the chat: at no form's question, and after nothing that was offered.

What was asked before a person came has been dealt with by them. "Sam" or "yes" now answers them, not the form or the offer
of an hour ago.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.orm import Session

from bot.conversations.models import Conversation, Event
from bot.database import now

# As Rasa serialises its events; the slots are those of domain.yml that refer to what was said just before.
_FORGOTTEN = {
    "requested_slot": None,
    "offer": "nothing",
    "misunderstandings": 0,
    "question": None,
    "topics": None,
}
_EVENTS: tuple[dict[str, Any], ...] = (
    {"event": "active_loop", "name": None},
    *({"event": "slot", "name": name, "value": value} for name, value in _FORGOTTEN.items()),
)


def start_afresh(session: Session, conversation: Conversation) -> None:
    """Add the events that say so; nothing where no dialogue has begun.

    Args:
        conversation: locked until the transaction ends. A turn that runs meanwhile finds its numbers taken and is repeated.
    """
    if conversation.last_seq == 0:
        return
    at = now()
    for event in _EVENTS:
        conversation.last_seq += 1
        told = {**event, "timestamp": at.timestamp()}
        row = {"seq": conversation.last_seq, "type": event["event"], "at": at, "data": json.dumps(told)}
        session.add(Event(conversation_id=conversation.id, **row))
