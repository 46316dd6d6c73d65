"""Collecting a name and a phone number or e-mail address: shared by the forms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.base import clinic, intent, question
from bot.language.contact_details import (
    ContactDetails,
    find_contact,
    find_name,
    introduces_itself,
    without_contact,
)

# Of forty names from many countries all but one lie below this cosine similarity to every training example.
NEAR = 0.65
# What a name or a number is taken for when it is taken for nothing in particular.
_NO_SUBJECT = ("", "nlu_fallback", "out_of_scope", "foreign_language", "affirm")


class ContactForm(FormValidationAction, ABC):  # type: ignore[misc]
    """Takes a value out of the message when one is there; leaves questions and changes of mind to the rules."""

    outcome: str

    @abstractmethod
    def name(self) -> str:
        """`validate_<form>`, as Rasa looks it up."""

    async def extract_name(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        asked = tracker.get_slot("requested_slot") == "name"
        if _reports_a_reaction(tracker) or not (asked or corrects_name(tracker)):
            return {}
        name = find_name(without_contact(question(tracker), country=clinic().country))
        if name and not _says_what_is(tracker) and not _only_agrees(tracker) and not _changes_subject(tracker):
            return {"name": name}
        return {} if _changes_subject(tracker) or _contact(tracker) else {"name": None}

    async def extract_contact(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        asked = tracker.get_slot("requested_slot") == "contact"
        if _reports_a_reaction(tracker):
            return {}
        if _contact(tracker) if asked else corrects_contact(tracker):
            return {"contact": question(tracker)}
        return {"contact": question(tracker)} if asked and not _changes_subject(tracker) else {}

    def validate_name(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        if value:
            return {"name": value}
        dispatcher.utter_message(response="utter_name_unclear", outcome=self.outcome)
        return {"name": None}

    def validate_contact(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        details = find_contact(str(value), country=clinic().country)
        if details is None:
            dispatcher.utter_message(response="utter_contact_unclear", outcome=self.outcome)
            return {"contact": None}
        return {"contact": details.phone or details.email, "phone": details.phone, "email": details.email}


class ValidateHandoffForm(ContactForm):
    """Checks what the handoff form collects."""

    outcome = "handoff"

    def name(self) -> str:
        return "validate_handoff_form"


# What a message is taken for that is for the form; see bot/dialogue/form_answers.py.
_FOR_THE_FORM = ("", "answer_step", "affirm", "nlu_fallback", "out_of_scope")


def is_for_the_form(tracker: Tracker) -> bool:
    """Whether the message answers the form; of the others the rules know what comes then."""
    return intent(tracker) in _FOR_THE_FORM and not _reports_a_reaction(tracker)


def known_contact(tracker: Tracker) -> dict[str, str | None]:
    """Name, phone and e-mail as far as the visitor has given them."""
    return {slot: tracker.get_slot(slot) for slot in ("name", "phone", "email")}


def collected(tracker: Tracker) -> tuple[str, ContactDetails]:
    """The name and the contact details that the form has collected."""
    details = ContactDetails(phone=tracker.get_slot("phone"), email=tracker.get_slot("email"))
    return str(tracker.get_slot("name")), details


def _contact(tracker: Tracker) -> ContactDetails | None:
    return find_contact(question(tracker), country=clinic().country)


def corrects_contact(tracker: Tracker) -> bool:
    """An e-mail address, a number with its country code, or one beside a name: what nobody writes by chance."""
    details = _contact(tracker)
    if details is None:
        return False
    rest = without_contact(question(tracker), country=clinic().country)
    return bool(details.email or "+" in question(tracker) or find_name(rest))


def corrects_name(tracker: Tracker) -> bool:
    """Whether the message gives another name than the one that is known."""
    return (
        bool(tracker.get_slot("name"))
        and "name" in question(tracker).lower()
        and introduces_itself(question(tracker))
    )


def _reports_a_reaction(tracker: Tracker) -> bool:
    """Nothing is a name or a number in a message that the safety rules speak up for."""
    return bool(tracker.latest_message.get("safety"))


def _says_what_is(tracker: Tracker) -> bool:
    """Whether the message speaks of a condition or a stage of life ("I'm pregnant"), which nobody is called."""
    kinds = {entity.get("entity") for entity in tracker.latest_message.get("entities") or []}
    return bool(kinds & {"condition", "life_stage", "concern"})


def _only_agrees(tracker: Tracker) -> bool:
    return bool(tracker.get_intent_of_latest_message() == "affirm")


def _changes_subject(tracker: Tracker) -> bool:
    """Whether the visitor asked or wanted something else instead of answering."""
    if tracker.get_intent_of_latest_message() == "report_reaction":
        return True
    if str(tracker.get_intent_of_latest_message() or "") in _NO_SUBJECT or introduces_itself(question(tracker)):
        return False
    understanding = tracker.latest_message.get("understanding") or {}
    return "?" in question(tracker) or float(understanding.get("similarity", 1.0)) >= NEAR
