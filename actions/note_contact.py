"""A number or an address that arrives when no form asks for it: it is kept, never answered with "I don't understand"."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.base import Say, alert_to, clinic, inbound_id, question, transaction
from bot.booking.service import open_request
from bot.conversations.handoff import request_handoff
from bot.language.contact_details import find_contact, find_name, without_contact


def note_contact(tracker: Tracker) -> Say | None:
    """Put a message's contact details before staff, with the name beside them; None where it is more than these."""
    country = clinic().country
    details = find_contact(question(tracker), country=country)
    rest = without_contact(question(tracker), country=country).strip(" .,;:!-")
    name = find_name(rest)
    if details is None or (rest and not name):
        return None
    with transaction(tracker) as session:
        request_handoff(
            session,
            tracker.sender_id,
            inbound_id(tracker),
            reason="asked",
            summary=question(tracker),
            alert_to=alert_to(),
            name=name or tracker.get_slot("name"),
            phone=details.phone,
            email=details.email,
        )
        if request := open_request(session, tracker.sender_id):
            request.phone, request.email = details.phone or request.phone, details.email or request.email
    values = {"contact": details.phone or details.email}
    events = [
        SlotSet("contact", values["contact"]),
        SlotSet("phone", details.phone),
        SlotSet("email", details.email),
    ]
    return Say(outcome="handoff", response="utter_contact_noted", values=values, events=events)
