"""Storing what the forms collected: a consultation request, or a wish for a person."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.base import ClinicAction, Say, database, inbound_id, question
from actions.contact_form import collected
from bot.booking.service import request_booking
from bot.conversations.handoff import request_handoff

MOST_MESSAGES = 6


class ActionSubmitBooking(ClinicAction):
    """Stores the request for a consultation and says what happens next."""

    def name(self) -> str:
        return "action_submit_booking"

    def decide(self, tracker: Tracker) -> Say:
        name, details = collected(tracker)
        with database().transaction() as session:
            request_booking(
                session,
                tracker.sender_id,
                inbound_id(tracker),
                name=name,
                phone=details.phone,
                email=details.email,
                cautions=tracker.get_slot("cautions") or [],
            )
        values = {"name": name, "contact": details.phone or details.email}
        return Say(outcome="booking", response="utter_booking_requested", values=values)


class ActionSubmitHandoff(ClinicAction):
    """Puts the conversation before staff and says what happens next."""

    def name(self) -> str:
        return "action_submit_handoff"

    def decide(self, tracker: Tracker) -> Say:
        name, details = collected(tracker)
        with database().transaction() as session:
            request_handoff(
                session,
                tracker.sender_id,
                inbound_id(tracker),
                reason="asked",
                summary=_concern(tracker),
                name=name,
                phone=details.phone,
                email=details.email,
            )
        values = {"name": name, "contact": details.phone or details.email}
        return Say(outcome="handoff", response="utter_handoff_requested", values=values)


def _concern(tracker: Tracker) -> str:
    """What the visitor wrote before the form began: what the person who calls back should know."""
    texts: list[str] = []
    before: list[str] = []
    for event in tracker.events:
        if event.get("event") == "user" and event.get("text"):
            texts.append(event["text"])
        elif event.get("event") == "active_loop" and event.get("name"):
            before = list(texts)
    return " / ".join(before[-MOST_MESSAGES:]) or question(tracker)
