"""Storing what the handoff form collected: a wish for a person."""

from __future__ import annotations

from rasa_sdk import Tracker
from sqlalchemy.orm import Session

from actions.base import ClinicAction, Say, alert_to, inbound_id, question, transaction
from actions.contact_form import collected
from actions.current_handoff import current_handoff, forget_handoff
from actions.opening import by_opening_hours
from bot.conversations.handoff import request_handoff
from bot.conversations.history import visitor_texts
from bot.database import now

MOST_MESSAGES = 6


class ActionSubmitHandoff(ClinicAction):
    """Puts the conversation before staff and says what happens next."""

    def name(self) -> str:
        return "action_submit_handoff"

    def decide(self, tracker: Tracker) -> Say:
        name, details = collected(tracker)
        with transaction(tracker) as session:
            current = current_handoff(session, tracker)
            request_handoff(
                session,
                tracker.sender_id,
                str(current.inbound_id) if current else inbound_id(tracker),
                reason="asked",
                summary=_concern(session, tracker),
                alert_to=alert_to(),
                name=name,
                phone=details.phone,
                email=details.email,
            )
        response, opens = by_opening_hours("utter_handoff_requested", now())
        values = {"name": name, "contact": details.phone or details.email, **opens}
        return Say(outcome="handoff", response=response, values=values, events=forget_handoff())


def _concern(session: Session, tracker: Tracker) -> str:
    """What the visitor wrote before the form began: what the person who calls back should know."""
    since_form = _messages_since_form(tracker)
    most = MOST_MESSAGES + since_form
    texts = visitor_texts(session, tracker.sender_id, until=inbound_id(tracker), most=most)
    return " / ".join(texts[:-since_form][-MOST_MESSAGES:]) or question(tracker)


def _messages_since_form(tracker: Tracker) -> int:
    """How many messages the form has taken in; where it began before what the tracker holds, those it holds."""
    count = 0
    for event in reversed(tracker.events):
        if event.get("event") == "active_loop" and event.get("name"):
            break
        count += event.get("event") == "user" and bool(event.get("text"))
    return max(count, 1)
