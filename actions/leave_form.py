"""Leaving a form half-way: what was typed is forgotten, and a person who was wished for is not needed any more."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.base import ClinicAction, Say, database, inbound_id, transaction
from actions.current_handoff import current_handoff, forget_handoff
from bot.booking.holds import release_hold
from bot.booking.service import cancel_requests, open_request
from bot.conversations.handoff import withdraw_handoff

COLLECTED = ("name", "contact", "phone", "email")
OF_A_BOOKING = ("concern", "time", "wish", "confirmed", "moving", "code")


class ActionLeaveForm(ClinicAction):
    """Says what becomes of what was begun, and lets a held time go; "cancel my request" also cancels one made before."""

    def name(self) -> str:
        return "action_leave_form"

    def decide(self, tracker: Tracker) -> Say:
        with transaction(tracker) as session:
            release_hold(session, tracker.sender_id)
            cancels = tracker.get_intent_of_latest_message() == "cancel_booking"
            if cancels and cancel_requests(session, tracker.sender_id, inbound_id(tracker)):
                return Say(outcome="booking", response="utter_booking_cancelled", events=forget_details())
        events = [*forget_details(), *forget_handoff()]
        if tracker.get_slot("moving"):
            return Say(outcome="booking", response="utter_booking_unchanged", events=events)
        return Say(outcome="smalltalk", response=_what_was_left(tracker), events=events)


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


def _what_was_left(tracker: Tracker) -> str:
    """A wish for a person is withdrawn; a complaint or a report that made the form begin stays with staff."""
    if (tracker.active_loop or {}).get("name") != "handoff_form":
        return "utter_form_left"
    with transaction(tracker) as session:
        handoff = current_handoff(session, tracker)
        if handoff is None:
            return "utter_form_left"
        withdrawn = withdraw_handoff(session, tracker.sender_id, str(handoff.inbound_id))
    return "utter_handoff_withdrawn" if withdrawn else "utter_handoff_stays"


def forget_details() -> list[dict[str, Any]]:
    """The events that empty what the forms collect, so that the next form asks again."""
    return [SlotSet(slot, None) for slot in (*COLLECTED, *OF_A_BOOKING)]


def forget_booking() -> list[dict[str, Any]]:
    """The same, but for how to reach the visitor."""
    return [SlotSet(slot, None) for slot in OF_A_BOOKING]
