"""Looking at, changing and cancelling the conversation's own consultation request."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.base import ClinicAction, Say, alert_to, database, inbound_id, question, transaction
from actions.leave_form import forget_details
from bot.booking.service import cancel_requests, open_request
from bot.conversations.handoff import request_handoff


class ActionCheckBooking(ClinicAction):
    """Says whether a request is waiting."""

    def name(self) -> str:
        return "action_check_booking"

    def decide(self, tracker: Tracker) -> Say:
        with database().reading() as session:
            request = open_request(session, tracker.sender_id)
        if request is None:
            return _not_found()
        values = {"name": request.name, "contact": request.phone or request.email}
        return Say(outcome="booking", response="utter_booking_waiting", values=values)


class ActionCancelBooking(ClinicAction):
    """Cancels what was requested in this conversation."""

    def name(self) -> str:
        return "action_cancel_booking"

    def decide(self, tracker: Tracker) -> Say:
        with transaction(tracker) as session:
            cancelled = cancel_requests(session, tracker.sender_id, inbound_id(tracker))
        if not cancelled:
            return _not_found()
        return Say(outcome="booking", response="utter_booking_cancelled", events=forget_details())


class ActionRescheduleBooking(ClinicAction):
    """Passes the wish for another time on to staff, who have not fixed one yet."""

    def name(self) -> str:
        return "action_reschedule_booking"

    def decide(self, tracker: Tracker) -> Say:
        with transaction(tracker) as session:
            request = open_request(session, tracker.sender_id)
            if request is None:
                return _not_found()
            request_handoff(
                session,
                tracker.sender_id,
                inbound_id(tracker),
                reason="asked",
                summary=question(tracker),
                alert_to=alert_to(),
                name=request.name,
                phone=request.phone,
                email=request.email,
            )
        return Say(outcome="booking", response="utter_booking_change_noted")


def _not_found() -> Say:
    buttons = [
        {"title": "Book a consultation", "payload": "/book_consultation"},
        {"title": "Talk to a person", "payload": "/talk_to_human"},
    ]
    return Say(outcome="booking", response="utter_booking_not_found", buttons=buttons, offer="consultation")
