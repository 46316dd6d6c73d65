"""Looking at, moving and cancelling a consultation: the conversation's own, or one found by its code and contact."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from sqlalchemy.orm import Session

from actions.appointment_words import spoken
from actions.base import ClinicAction, Say, alert_to, clinic, database, inbound_id, question, transaction
from actions.leave_form import forget_details
from actions.notices import calendar_link, send_notice
from bot.booking.appointment import Appointment
from bot.booking.changes import cancel_booking
from bot.booking.lookup import booking_of, cancelled_by, own_bookings
from bot.booking.schedule import schedule_of
from bot.booking.service import cancel_requests, open_request
from bot.conversations.handoff import request_handoff
from bot.database import now

CANCELLATION = "cancellation"  # what a "yes" means after "shall I cancel it?"


class ActionCheckBooking(ClinicAction):
    """Says what is booked, or whether a request is waiting."""

    def name(self) -> str:
        return "action_check_booking"

    def decide(self, tracker: Tracker) -> Say:
        with database().reading() as session:
            booked = bookings(session, tracker)
            request = open_request(session, tracker.sender_id)
        if booked:
            return tell_of(booked)
        if request is None:
            return not_found()
        values = {"name": request.name, "contact": request.phone or request.email}
        return Say(outcome="booking", response="utter_booking_waiting", values=values)


class ActionCancelBooking(ClinicAction):
    """Cancels a request at once, and a booked time when the visitor has said so twice."""

    def name(self) -> str:
        return "action_cancel_booking"

    def decide(self, tracker: Tracker) -> Say:
        with transaction(tracker) as session:
            if already := _cancelled_before(session, tracker):
                return _say_cancelled(already)
            booked = bookings(session, tracker)
            chosen = _chosen(tracker, booked)
            if chosen and _is_sure(tracker):
                cancelled = cancel_booking(session, chosen.id, by=inbound_id(tracker), now=now())
                send_notice(session, cancelled, "cancelled")
                return _say_cancelled(cancelled)
            withdrawn = bool(booked) or cancel_requests(session, tracker.sender_id, inbound_id(tracker))
        if booked:
            return _ask_whether(chosen, booked)
        if not withdrawn:
            return not_found()
        return Say(outcome="booking", response="utter_booking_cancelled", events=forget_details())


class ActionRescheduleBooking(ClinicAction):
    """Begins to move a booked time; a wish about a request, whose time nobody has fixed yet, goes to staff."""

    def name(self) -> str:
        return "action_reschedule_booking"

    def decide(self, tracker: Tracker) -> Say:
        with transaction(tracker) as session:
            booked = bookings(session, tracker)
            if booked:
                return _move(_chosen(tracker, booked), booked)
            request = open_request(session, tracker.sender_id)
            if request is None:
                return not_found()
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


def bookings(session: Session, tracker: Tracker) -> list[Appointment]:
    """What the visitor may look at and change: the conversation's own, and one whose code and contact they gave."""
    own = own_bookings(session, tracker.sender_id, now=now())
    found = tracker.get_slot("found")
    known = {one.id for one in own}
    other = booking_of(session, int(found), now=now()) if found and found not in known else None
    return [*own, other] if other else own


def tell_of(booked: list[Appointment]) -> Say:
    """When they are, and what may be done with them."""
    times = "\n".join(
        f"{_when(one)} (code {one.code}), for your calendar: {calendar_link(one)}" for one in booked
    )
    return Say(outcome="booking", response="utter_bookings", values={"times": times}, buttons=_changes(booked))


def not_found() -> Say:
    """There is nothing of this conversation's; whoever has a code can say it."""
    buttons = [
        {"title": "I have a booking code", "payload": "/find_booking"},
        {"title": "Book a consultation", "payload": "/book_consultation"},
        {"title": "Talk to a person", "payload": "/talk_to_human"},
    ]
    return Say(outcome="booking", response="utter_booking_not_found", buttons=buttons, offer="consultation")


def _move(chosen: Appointment | None, booked: list[Appointment]) -> Say:
    if chosen is None:
        buttons = [_button(_when(one), "reschedule_booking", one) for one in booked]
        return Say(outcome="booking", response="utter_which_booking", buttons=buttons)
    slots = {
        "moving": chosen.id,
        "name": chosen.name,
        "contact": chosen.phone or chosen.email,
        "phone": chosen.phone,
        "email": chosen.email,
        "concern": chosen.concern or None,
    }
    events: list[dict[str, Any]] = [SlotSet(slot, value) for slot, value in slots.items()]
    return Say(outcome="booking", events=[*events, FollowupAction("booking_form")])


def _ask_whether(chosen: Appointment | None, booked: list[Appointment]) -> Say:
    if chosen is None:
        buttons = [_button(_when(one), "cancel_booking", one) for one in booked]
        return Say(outcome="booking", response="utter_which_booking", buttons=buttons)
    buttons = [
        _button("Yes, cancel it", "cancel_booking", chosen),
        _button("Move it instead", "reschedule_booking", chosen),
        {"title": "Keep it", "payload": "/deny"},
    ]
    values = {"time": _when(chosen)}
    return Say(
        outcome="booking",
        response="utter_whether_to_cancel",
        values=values,
        buttons=buttons,
        offer=CANCELLATION,
    )


def _cancelled_before(session: Session, tracker: Tracker) -> Appointment | None:
    """What this very message cancelled in an earlier try of its turn."""
    theirs = (tracker.sender_id, tracker.get_slot("found"))
    done = cancelled_by(session, inbound_id(tracker))
    return next((one for one in done if one.conversation_id == theirs[0] or one.id == theirs[1]), None)


def _say_cancelled(booking: Appointment) -> Say:
    return Say(outcome="booking", response="utter_appointment_cancelled", values={"time": _when(booking)})


def _is_sure(tracker: Tracker) -> bool:
    """Whether this is the answer to "shall I cancel it?"; the button of a list only says which."""
    return bool(tracker.get_slot("offer") == CANCELLATION)


def _chosen(tracker: Tracker, booked: list[Appointment]) -> Appointment | None:
    """The one that a button stands for, else the only one."""
    entities = tracker.latest_message.get("entities") or []
    code = next((entity["value"] for entity in entities if entity.get("entity") == "code"), None)
    if code is None:
        return booked[0] if len(booked) == 1 else None
    return next((one for one in booked if one.code == code), None)


def _changes(booked: list[Appointment]) -> list[dict[str, str]]:
    if len(booked) > 1:
        return []
    return [
        _button("Move it", "reschedule_booking", booked[0]),
        _button("Cancel it", "cancel_booking", booked[0]),
    ]


def _button(title: str, intent: str, booking: Appointment) -> dict[str, str]:
    return {"title": title, "payload": f'/{intent}{{"code": "{booking.code}"}}'}


def _when(booking: Appointment) -> str:
    return spoken(schedule_of(clinic()), booking)
