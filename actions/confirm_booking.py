"""The end of the booking form: a summary, the booking itself, and what the visitor is told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from sqlalchemy.orm import Session

from actions.appointment_words import button, read_slot, spoken
from actions.base import ClinicAction, Say, clinic, database, inbound_id, meant, transaction
from actions.booking_times import takes_bookings
from actions.cautions import conversation_cautions, find_cautions, unsaid_cautions, wording
from actions.contact_form import collected
from actions.leave_form import forget_booking
from actions.manage_booking import bookings, not_found
from actions.notices import calendar_link, is_mailed, send_notice
from bot.booking.appointment import Appointment
from bot.booking.changes import move_booking
from bot.booking.closures import load_schedule
from bot.booking.holds import confirm_hold
from bot.booking.schedule import schedule_of
from bot.booking.service import request_booking
from bot.database import now

NO_CONCERN = "–"
GONE = "gone"  # in place of a code: what was to be moved is cancelled, or has begun


class ActionAskBookingFormConfirmed(ClinicAction):
    """Sums up what is about to be stored, or, after a "no", asks what is to be changed."""

    def name(self) -> str:
        return "action_ask_booking_form_confirmed"

    def decide(self, tracker: Tracker) -> Say:
        yes = {"title": _yes(tracker), "payload": "/affirm"}
        again, leave = button("Another time", again=True), {"title": "Leave it", "payload": "/stop"}
        if meant(tracker) == "deny":
            return Say(outcome="booking", response="utter_what_to_change", buttons=[again, leave, yes])
        buttons = [yes, again, leave]
        return Say(outcome="booking", response=_summary(tracker), values=_details(tracker), buttons=buttons)


class ActionSubmitBooking(ClinicAction):
    """Says that the consultation is booked; where the clinic has told no hours, stores the request for one."""

    def name(self) -> str:
        return "action_submit_booking"

    def decide(self, tracker: Tracker) -> Say:
        if tracker.get_slot("confirmed") == GONE:
            return replace(not_found(), events=forget_booking())
        with transaction(tracker) as session:
            cautions = find_cautions(session, unsaid_cautions(session, tracker))
            if not takes_bookings():
                _request(session, tracker)
        values = {**_details(tracker), **_booked(tracker)}
        values["caution"] = "".join(f"\n\n{wording(entry)}" for entry in cautions)
        return Say(
            outcome="booking",
            response=_done(tracker),
            values=values,
            entries=cautions,
            events=forget_booking(),
        )


def confirm(tracker: Tracker) -> Appointment:
    """Book the time that is held, or move the booking there.

    Raises:
        NothingHeldError, SlotTakenError, SlotRefusedError: it cannot be had any more; see `bot.booking`.
    """
    moment = now()
    with transaction(tracker) as session:
        schedule = load_schedule(session, clinic(), now=moment)
        if moving := tracker.get_slot("moving"):
            slot = read_slot(schedule, str(tracker.get_slot("time")))
            moved = move_booking(session, schedule, int(moving), slot, now=moment, held_by=tracker.sender_id)
            send_notice(session, moved, "changed")
            return moved
        name, details = collected(tracker)
        booked = confirm_hold(
            session,
            schedule,
            tracker.sender_id,
            inbound_id(tracker),
            name=name,
            phone=details.phone,
            email=details.email,
            concern=_concern(tracker),
            cautions=conversation_cautions(session, tracker),
            seen=read_slot(schedule, str(tracker.get_slot("time"))),
            now=moment,
        )
        send_notice(session, booked, "confirmed")
        return booked


def _request(session: Session, tracker: Tracker) -> None:
    name, details = collected(tracker)
    request_booking(
        session,
        tracker.sender_id,
        inbound_id(tracker),
        name=name,
        phone=details.phone,
        email=details.email,
        cautions=conversation_cautions(session, tracker),
        concern=_concern(tracker),
        wishes=str(tracker.get_slot("time")),
    )


def _yes(tracker: Tracker) -> str:
    if not takes_bookings():
        return "Yes, send it"
    return "Yes, move it" if tracker.get_slot("moving") else "Yes, book it"


def _summary(tracker: Tracker) -> str:
    if not takes_bookings():
        return "utter_request_summary"
    return "utter_move_summary" if tracker.get_slot("moving") else "utter_booking_summary"


def _done(tracker: Tracker) -> str:
    if not takes_bookings():
        return "utter_booking_requested"
    done = "utter_booking_moved" if tracker.get_slot("moving") else "utter_booking_booked"
    return f"{done}_and_mailed" if is_mailed(tracker.get_slot("email")) else done


def _booked(tracker: Tracker) -> dict[str, str]:
    """Code and calendar address of what was just booked."""
    code = str(tracker.get_slot("confirmed"))
    with database().reading() as session:
        booked = next((one for one in bookings(session, tracker) if one.code == code), None)
    return {"code": code, "link": calendar_link(booked) if booked else ""}


def _details(tracker: Tracker) -> dict[str, Any]:
    name, details = collected(tracker)
    contact = details.phone or details.email
    return {
        "name": name,
        "contact": contact,
        "concern": tracker.get_slot("concern") or NO_CONCERN,
        "time": _time(tracker),
    }


def _time(tracker: Tracker) -> str:
    """The time that is held; where staff fix it, the visitor's own words for when, in quotation marks."""
    time = str(tracker.get_slot("time"))
    if not takes_bookings():
        return f"“{time}”"
    schedule = schedule_of(clinic())
    return spoken(schedule, read_slot(schedule, time))


def _concern(tracker: Tracker) -> str:
    concern = str(tracker.get_slot("concern") or "")
    return "" if concern == NO_CONCERN else concern
