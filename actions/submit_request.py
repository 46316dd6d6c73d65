"""Storing what the forms collected: a consultation request, or a wish for a person."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.base import ClinicAction, Say, inbound_id, question, transaction
from actions.cautions import conversation_cautions, find_cautions, remember, unsaid_cautions, wording
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
        with transaction(tracker) as session:
            cautions = find_cautions(session, unsaid_cautions(tracker))
            request_booking(
                session,
                tracker.sender_id,
                inbound_id(tracker),
                name=name,
                phone=details.phone,
                email=details.email,
                cautions=conversation_cautions(tracker),
            )
        values = {
            "name": name,
            "contact": details.phone or details.email,
            "caution": "".join(f"\n\n{wording(entry)}" for entry in cautions),
        }
        return Say(
            outcome="booking",
            response="utter_booking_requested",
            values=values,
            topics=[entry.slug for entry in cautions],
            events=[remember(tracker)],
        )


class ActionSubmitHandoff(ClinicAction):
    """Puts the conversation before staff and says what happens next."""

    def name(self) -> str:
        return "action_submit_handoff"

    def decide(self, tracker: Tracker) -> Say:
        name, details = collected(tracker)
        with transaction(tracker) as session:
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
