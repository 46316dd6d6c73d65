"""Finding a booking that was made elsewhere, by its code and the contact detail it was made with."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import ClinicAction, Say, clinic, database
from actions.contact_form import ContactForm, is_for_the_form
from actions.manage_booking import tell_of
from bot.booking.codes import LENGTH, read_code
from bot.booking.lookup import find_booking
from bot.booking.refusals import BookingUnknownError
from bot.database import now

MOST_TRIES = 5  # in one conversation; then a person has to help


class ValidateFindBookingForm(ContactForm):
    """Checks the code and the contact detail."""

    outcome = "booking"

    def name(self) -> str:
        return "validate_find_booking_form"

    async def extract_code(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        if tracker.get_slot("requested_slot") != "code" or not _names_a_code(tracker):
            return {}
        return {"code": str(tracker.latest_message.get("text") or "")}

    async def extract_contact(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Only when asked for: a code may read like a number written in letters."""
        if tracker.get_slot("requested_slot") != "contact":
            return {}
        return await super().extract_contact(dispatcher, tracker, domain)

    def validate_code(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        code = read_code(str(value))
        if len(code) == LENGTH:
            return {"code": code}
        dispatcher.utter_message(response="utter_code_unclear", outcome=self.outcome)
        return {"code": None}


def _names_a_code(tracker: Tracker) -> bool:
    """Whatever a code is taken for: it is one by its length and its digits."""
    code = read_code(str(tracker.latest_message.get("text") or ""))
    is_one = len(code) == LENGTH and any(letter.isdigit() for letter in code)
    return is_one or is_for_the_form(tracker)


class ActionFindBooking(ClinicAction):
    """Looks the booking up and says when it is; it may then be moved or cancelled here."""

    def name(self) -> str:
        return "action_find_booking"

    def decide(self, tracker: Tracker) -> Say:
        tries = int(tracker.get_slot("tries") or 0) + 1
        forget = [SlotSet("code", None), SlotSet("tries", tries)]
        buttons = [{"title": "Talk to a person", "payload": "/talk_to_human"}]
        if tries > MOST_TRIES:
            return Say(outcome="booking", response="utter_too_many_tries", buttons=buttons, events=forget)
        contact = " ".join(filter(None, (tracker.get_slot("phone"), tracker.get_slot("email"))))
        try:
            with database().reading() as session:
                found = find_booking(
                    session, str(tracker.get_slot("code")), contact, country=clinic().country, now=now()
                )
        except BookingUnknownError:
            again = {"title": "Try again", "payload": "/find_booking"}
            events = [*forget, *(SlotSet(slot, None) for slot in ("contact", "phone", "email"))]
            return Say(outcome="booking", response="utter_code_wrong", buttons=[again, *buttons], events=events)
        say = tell_of([found])
        say.events = [SlotSet("code", None), SlotSet("found", found.id)]
        return say
