"""Asking how a person can reach the visitor; the wish for one is before staff from the first question on, not the last answer."""

from __future__ import annotations

from abc import ABC, abstractmethod

from rasa_sdk import Tracker
from sqlalchemy.orm import Session

from actions.base import ClinicAction, Say, alert_to, inbound_id, misunderstandings, question, transaction
from actions.contact_form import known_contact
from actions.current_handoff import current_handoff, remember_handoff
from actions.opening import by_opening_hours
from bot.conversations.handoff import request_handoff
from bot.conversations.history import visitor_texts
from bot.database import now

MOST_MESSAGES = 6
OFFERED_AFTER = 2  # misunderstandings in a row, after which a person is offered outright


class _AskHandoffDetail(ClinicAction, ABC):
    """Puts the conversation before staff, unless it is there already, says when a person comes, and asks for one detail."""

    asks: str  # the response that asks; with `_open` and `_closed` it also says when a person comes

    @abstractmethod
    def name(self) -> str:
        """`action_ask_handoff_form_<slot>`, as Rasa looks it up."""

    def decide(self, tracker: Tracker) -> Say:
        with transaction(tracker) as session:
            if current_handoff(session, tracker):
                return self.apologise(tracker)
            request_handoff(
                session,
                tracker.sender_id,
                inbound_id(tracker),
                reason="misunderstood" if misunderstandings(tracker) >= OFFERED_AFTER else "asked",
                summary=_last_words(session, tracker),
                alert_to=alert_to(),
                **known_contact(tracker),
            )
        response, values = by_opening_hours(self.asks, now())
        return Say(outcome="handoff", response=response, values=values, events=remember_handoff(tracker))

    def apologise(self, tracker: Tracker) -> Say:
        """The question alone; should the wish not be stored yet, the last answer stores it."""
        return Say(outcome="handoff", response=self.asks)


class ActionAskHandoffName(_AskHandoffDetail):
    """Asks for the name."""

    asks = "utter_ask_handoff_form_name"

    def name(self) -> str:
        return "action_ask_handoff_form_name"


class ActionAskHandoffContact(_AskHandoffDetail):
    """Asks for the phone number or e-mail address."""

    asks = "utter_ask_handoff_form_contact"

    def name(self) -> str:
        return "action_ask_handoff_form_contact"


def _last_words(session: Session, tracker: Tracker) -> str:
    texts = visitor_texts(session, tracker.sender_id, until=inbound_id(tracker), most=MOST_MESSAGES)
    return " / ".join(texts) or question(tracker)
