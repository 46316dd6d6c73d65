"""Leaving a form half-way: nothing is sent, and what was typed is forgotten."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.base import ClinicAction, Say, database, inbound_id, transaction
from bot.booking.service import cancel_requests, open_request

COLLECTED = ("name", "contact", "phone", "email")


class ActionLeaveForm(ClinicAction):
    """Says that nothing was sent; "cancel my appointment" also cancels a request made before."""

    def name(self) -> str:
        return "action_leave_form"

    def decide(self, tracker: Tracker) -> Say:
        if tracker.get_intent_of_latest_message() == "cancel_booking":
            with transaction(tracker) as session:
                if cancel_requests(session, tracker.sender_id, inbound_id(tracker)):
                    return Say(outcome="booking", response="utter_booking_cancelled", events=forget_details())
        return Say(outcome="smalltalk", response="utter_form_left", events=forget_details())


class ActionStop(ClinicAction):
    """Leaves it there; where a request for a consultation still stands, asks whether that is to go, too."""

    def name(self) -> str:
        return "action_stop"

    def decide(self, tracker: Tracker) -> Say:
        with database().reading() as session:
            stands = open_request(session, tracker.sender_id) is not None
        if not stands:
            return Say(outcome="smalltalk", response="utter_stop")
        buttons = [{"title": "Cancel my request", "payload": "/cancel_booking"}]
        return Say(outcome="booking", response="utter_request_stands", buttons=buttons)


def forget_details() -> list[dict[str, Any]]:
    """The events that empty what the forms collect, so that the next form asks again."""
    return [SlotSet(slot, None) for slot in COLLECTED]
