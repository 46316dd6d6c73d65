"""A complaint is for a person."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.base import ClinicAction, Say, database, inbound_id, question
from bot.conversations.handoff import request_handoff


class ActionNoteComplaint(ClinicAction):
    """Passes the complaint to staff and offers to take contact details."""

    def name(self) -> str:
        return "action_note_complaint"

    def decide(self, tracker: Tracker) -> Say:
        with database().transaction() as session:
            request_handoff(
                session,
                tracker.sender_id,
                inbound_id(tracker),
                reason="complaint",
                summary=question(tracker),
            )
        buttons = [{"title": "Leave my contact details", "payload": "/talk_to_human"}]
        return Say(outcome="handoff", response="utter_complaint", buttons=buttons, offer="person")
