"""Somebody reports that something is wrong: the safety rules have said how serious it is."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.base import ClinicAction, Say, clinic, database, inbound_id, question
from bot.conversations.handoff import request_handoff
from bot.knowledge.service import find_answer

SERIOUS = ("urgent", "concerning", "crisis")
SENTENCE_WORDS = 2


class ActionRespondToReaction(ClinicAction):
    """Says what to do now, and puts the conversation before staff where it is more than what is expected."""

    def name(self) -> str:
        return "action_respond_to_reaction"

    def decide(self, tracker: Tracker) -> Say:
        level = reaction_level(tracker)
        if level in SERIOUS:
            with database().transaction() as session:
                request_handoff(
                    session,
                    tracker.sender_id,
                    inbound_id(tracker),
                    reason=level,
                    summary=question(tracker),
                )
        say = _say(level)
        say.events.append(SlotSet("reaction", "urgent" if level == "crisis" else level))
        return say


def reaction_level(tracker: Tracker) -> str:
    """The level that the safety rules found.

    Where only the classifier saw a report, it is taken as concerning, since rules cannot know every wording and a
    needless call costs less than a missed one; a word alone ("redness") is a question.
    """
    safety = tracker.latest_message.get("safety") or {}
    told = "concerning" if len(question(tracker).split()) >= SENTENCE_WORDS else "expected"
    return str(safety.get("level") or told)


def _say(level: str) -> Say:
    if level == "urgent":
        return Say(outcome="urgent", text=_with_number(clinic().urgent_care.emergency))
    if level == "crisis":
        return Say(outcome="urgent", text=_with_number(clinic().urgent_care.crisis))
    if level == "expected":
        return _expected()
    return Say(outcome="handoff", response="utter_concerning_reaction")


def _expected() -> Say:
    with database().reading() as session:
        answer = find_answer(session, "side_effects")
    if answer is None:
        return _say("concerning")
    buttons = [{"title": "Talk to a person", "payload": "/talk_to_human"}]
    return Say(
        outcome="answered", text=answer.text, topics=[answer.slug], sources=answer.sources, buttons=buttons
    )


def _with_number(wording: str) -> str:
    number = clinic().urgent_care.emergency_number or "your local emergency number"
    return wording.replace("{number}", number)
