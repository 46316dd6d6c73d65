"""A complaint is for a person."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.base import ClinicAction, Say, alert_to, inbound_id, question, transaction
from actions.contact_form import known_contact
from actions.current_handoff import remember_handoff
from bot.conversations.handoff import request_handoff


class ActionNoteComplaint(ClinicAction):
    """Passes the complaint to staff; the handoff form then takes contact details."""

    def name(self) -> str:
        return "action_note_complaint"

    def decide(self, tracker: Tracker) -> Say:
        with transaction(tracker) as session:
            request_handoff(
                session,
                tracker.sender_id,
                inbound_id(tracker),
                reason="complaint",
                summary=question(tracker),
                alert_to=alert_to(),
                **known_contact(tracker),
            )
        return Say(outcome="handoff", response="utter_complaint", events=remember_handoff(tracker))
