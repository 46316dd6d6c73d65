"""Somebody reports that something is wrong: the safety rules have said how serious it is."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.base import ClinicAction, Say, alert_to, clinic, database, inbound_id, question, transaction
from actions.contact_form import known_contact
from actions.current_handoff import remember_handoff
from bot.conversations.handoff import request_handoff
from bot.knowledge.service import find_answer

SERIOUS = ("urgent", "concerning", "crisis")
SENTENCE_WORDS = 2
# A question mark, or a question's first word, also in shorthand and behind a greeting.
_ASKS = re.compile(
    r"\?|^\W*(?:(?:hi+|hello|hey|dear|pls|please|so|and|ok)\W+)*(?:how|hw|what|wat|whats|when|wen|why|y|which|who|whose"
    r"|where|can|cn|could|may|is|are|r|does|do|did|will|would|shall|should|shud)\b",
    re.IGNORECASE,
)


class ActionRespondToReaction(ClinicAction):
    """Says what to do now, and puts the conversation before staff where it is more than what is expected."""

    def name(self) -> str:
        return "action_respond_to_reaction"

    def decide(self, tracker: Tracker) -> Say:
        level = reaction_level(tracker)
        if level in SERIOUS:
            with transaction(tracker) as session:
                request_handoff(
                    session,
                    tracker.sender_id,
                    inbound_id(tracker),
                    reason=level,
                    summary=question(tracker),
                    alert_to=alert_to(),
                    **known_contact(tracker),
                )
        say = _say(level)
        say.events += _what_follows(level, tracker)
        return say

    def apologise(self, tracker: Tracker) -> Say:
        """A report that could not be put before staff is left to the channel, which says what to do and tries until it can be
        (`bot/channels/last_resort.py`)."""
        level = str((tracker.latest_message.get("safety") or {}).get("level"))
        if level not in SERIOUS:
            return super().apologise(tracker)
        # No form may go on: it would ask for a name, and the turn would not be silent.
        return Say(outcome="urgent" if level != "concerning" else "handoff", events=_end_of_any_form())


def reaction_level(tracker: Tracker) -> str:
    """The level that the safety rules found.

    Where only the classifier saw a report, its score alone decides nothing: a statement is taken as concerning, since
    rules cannot know every wording and a needless call costs less than a missed one; a question, or a word alone
    ("redness"), is answered with what is expected and what is not.
    """
    safety = tracker.latest_message.get("safety") or {}
    return str(safety.get("level") or ("concerning" if states_something(question(tracker)) else "expected"))


def states_something(text: str) -> bool:
    """Whether the text is more than a word and does not ask."""
    return len(text.split()) >= SENTENCE_WORDS and not _ASKS.search(text)


def _what_follows(level: str, tracker: Tracker) -> list[dict[str, Any]]:
    """An urgent report ends any form; a concerning one goes on to collect how to reach the visitor."""
    if level in ("urgent", "crisis"):
        return _end_of_any_form()
    return [*remember_handoff(tracker), FollowupAction("handoff_form")] if level == "concerning" else []


def _end_of_any_form() -> list[dict[str, Any]]:
    return [ActiveLoop(None), SlotSet("requested_slot", None)]


def _say(level: str) -> Say:
    if level in ("urgent", "crisis"):
        return Say(outcome="urgent", text=clinic().urgent_care.wording(level), offer="help")
    if level == "expected":
        return _expected()
    return Say(outcome="handoff", response="utter_concerning_reaction")


def _expected() -> Say:
    with database().reading() as session:
        answer = find_answer(session, "side_effects")
    if answer is None:
        return _say("concerning")
    buttons = [{"title": "Talk to a person", "payload": "/talk_to_human"}]
    return Say(outcome="answered", text=answer.text, entries=[answer], buttons=buttons)
