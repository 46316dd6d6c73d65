"""What the booking form collects: who, how to reach them, what it is about, when, and that all of it is right."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.appointment_words import read_slot, slot_key
from actions.base import ACTION_SECONDS, inbound_id, intent, meant, question, transaction, was_typed
from actions.booking_times import Heard, hear_wish, offers_to, takes_bookings, wish_of
from actions.confirm_booking import GONE, NO_CONCERN, confirm
from actions.contact_form import ContactForm, corrects_contact, corrects_name, is_for_the_form
from bot.booking.holds import hold_slot
from bot.booking.refusals import BookingFixedError, BookingUnknownError, NothingHeldError, SlotRefusedError
from bot.booking.schedule import Slot
from bot.language.wish import Wish

DETAILS = ["name", "contact", "concern"]
WHEN = ["time", "confirmed"]
CONCERN_LENGTH = 500
_BEGINNINGS = ("book_consultation", "reschedule_booking")
Values = dict[str, Any]


class ValidateBookingForm(ContactForm):
    """Checks what the booking form collects. A chosen time is held at once, and booked when the summary is confirmed."""

    outcome = "booking"

    def name(self) -> str:
        return "validate_booking_form"

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        return WHEN if tracker.get_slot("moving") else [*DETAILS, *WHEN]

    async def extract_concern(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        if _asked(tracker) != "concern" or not is_for_the_form(tracker) or _corrects(tracker):
            return {}
        if intent(tracker) == "affirm":
            return {"concern": None}
        nothing = not was_typed(tracker) or meant(tracker) == "deny"
        return {"concern": NO_CONCERN if nothing else question(tracker)[:CONCERN_LENGTH]}

    async def extract_time(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        for kind in ("slot", "wish", "more", "again"):
            if value := _chosen(tracker, kind):
                return {"time": {kind: value}}
        asked = _asked(tracker)
        begins_with_it = asked is None and intent(tracker) in _BEGINNINGS
        if _corrects(tracker) or not (begins_with_it or is_for_the_form(tracker)):
            return {}
        takes_any = asked == "time" or (
            asked in ("confirmed", None) and hear_wish(question(tracker)) is not None
        )
        return {"time": {"wish": question(tracker)}} if takes_any else {}

    async def extract_confirmed(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        if _asked(tracker) != "confirmed":
            return {}
        if intent(tracker) == "affirm":
            return {"confirmed": True}
        return {"confirmed": False} if is_for_the_form(tracker) else {}

    async def validate_time(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        if not isinstance(value, dict):
            return {"time": value}
        if not takes_bookings():
            return {"time": None if "again" in value else value.get("wish")}
        return await _in_time(_take_time, tracker, value)

    async def validate_confirmed(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Values:
        if value is not True or not takes_bookings():
            return {"confirmed": value or None}
        return await _in_time(_book, tracker)


async def _in_time(work: Any, *arguments: Any) -> Values:
    """The database's part, in a thread and within an action's time."""
    values: Values = await asyncio.wait_for(asyncio.to_thread(work, *arguments), ACTION_SECONDS)
    return values


def _take_time(tracker: Tracker, value: Values) -> Values:
    """Hold the time that was chosen or named; else keep the wish, which the next question answers with free times."""
    asked_anew: Values = {"time": None, "confirmed": None}
    if "again" in value:
        return {**asked_anew, "wish": None}
    if "more" in value:
        return {**asked_anew, "wish": {**wish_of(tracker), "after": value["more"], "at": None}}
    heard = hear_wish(value["wish"]) if "wish" in value else None
    if "wish" in value and not _names_a_moment(heard):
        return {**asked_anew, "wish": {"text": value["wish"]}}
    with transaction(tracker) as session:
        offers = offers_to(session, tracker)
        slot = _slot(offers, value, heard)
        if slot is None:
            return {**asked_anew, "wish": {"text": value["wish"]}}
        try:
            held = hold_slot(
                session, offers.schedule, tracker.sender_id, inbound_id(tracker), slot, now=offers.now
            )
        except SlotRefusedError:
            return {**asked_anew, "wish": {"at": slot.starts_at.isoformat()}}
    return {"time": slot_key(held), "wish": None, "confirmed": None}


def _slot(offers: Any, value: Values, heard: Heard) -> Slot | None:
    """The time that was chosen, or the free one that begins at the moment that was named."""
    if "slot" in value:
        return read_slot(offers.schedule, str(value["slot"]))
    moment = heard.exact if isinstance(heard, Wish) else None
    if moment is None or offers.why_not(moment):
        return None
    return next((slot for slot in offers.nearest(moment, most=1) if slot.starts_at == moment), None)


def _names_a_moment(heard: Heard) -> bool:
    return isinstance(heard, Wish) and heard.exact is not None and not heard.is_past


def _book(tracker: Tracker) -> Values:
    """Book what is held; where it was lost meanwhile, another time is asked for. What was to be moved may be cancelled by now."""
    try:
        return {"confirmed": confirm(tracker).code}
    except NothingHeldError:
        return {"confirmed": None, "time": None}
    except (BookingFixedError, BookingUnknownError):
        return {"confirmed": GONE}
    except SlotRefusedError:
        starts_at = str(tracker.get_slot("time")).partition("|")[0]
        return {"confirmed": None, "time": None, "wish": {"at": starts_at}}


def _asked(tracker: Tracker) -> str | None:
    """The step that the message may answer; None where the form begins with it."""
    return tracker.get_slot("requested_slot")  # type: ignore[no-any-return]


def _chosen(tracker: Tracker, kind: str) -> Any:
    """What a button of the form stands for. Nothing that is typed has such entities."""
    entities = tracker.latest_message.get("entities") or []
    return next((entity["value"] for entity in entities if entity.get("entity") == kind), None)


def _corrects(tracker: Tracker) -> bool:
    return corrects_name(tracker) or corrects_contact(tracker)
