"""The handoff that the handoff form belongs to: what it collects is filled in there."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from sqlalchemy.orm import Session

from actions.base import inbound_id
from bot.conversations.handoff import OPEN, find_handoff
from bot.conversations.models import Handoff

SLOT = "handoff"  # the id of the message that made it


def current_handoff(session: Session, tracker: Tracker) -> Handoff | None:
    """The handoff, as long as it is not done with."""
    made_by = tracker.get_slot(SLOT)
    handoff = find_handoff(session, tracker.sender_id, str(made_by)) if made_by else None
    return handoff if handoff is not None and handoff.status in OPEN else None


def remember_handoff(tracker: Tracker) -> list[dict[str, Any]]:
    """The events after which this message's handoff is the form's."""
    return [SlotSet(SLOT, inbound_id(tracker))]


def forget_handoff() -> list[dict[str, Any]]:
    """The events after which the form has none."""
    return [SlotSet(SLOT, None)]
