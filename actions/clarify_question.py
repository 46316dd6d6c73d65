"""What to say when the question was not understood, or could mean two or three things."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from actions.answer_question import unanswered
from actions.base import ClinicAction, Say, database, inbound_id, misunderstandings, question
from bot.conversations.gaps import record_gap
from bot.knowledge.service import find_answer

MOST_CANDIDATES = 3


class ActionClarifyQuestion(ClinicAction):
    """Offers the topics it could have been as choices; with none, says plainly that it has no answer."""

    def name(self) -> str:
        return "action_clarify_question"

    def decide(self, tracker: Tracker) -> Say:
        choices = topic_choices(_understanding(tracker))
        if len(choices) > 1 and misunderstandings(tracker) == 0:
            return Say(outcome="clarify", response="utter_which_topic", buttons=choices)
        with database().transaction() as session:
            record_gap(session, tracker.sender_id, inbound_id(tracker), question=question(tracker))
        return unanswered(tracker, [])


class ActionDeclineQuestion(ClinicAction):
    """Says kindly that the question has nothing to do with what the clinic's assistant knows."""

    def name(self) -> str:
        return "action_decline_question"

    def decide(self, tracker: Tracker) -> Say:
        again = misunderstandings(tracker) >= 1
        return Say(
            outcome="unanswered",
            response="utter_unanswered_again" if again else "utter_out_of_scope",
            values={"caution": ""},
            buttons=[{"title": "Talk to a person", "payload": "/talk_to_human"}],
            offer="person",
        )


def topic_choices(understanding: dict[str, Any]) -> list[dict[str, str]]:
    """Buttons for the candidates that have an entry, titled as the entries are; [] unless there is a doubt to clear."""
    if understanding.get("decision") != "clarify":
        return []
    buttons = []
    with database().reading() as session:
        for intent in understanding["candidates"][:MOST_CANDIDATES]:
            entry = find_answer(session, intent.removeprefix("ask_"))
            if entry:
                buttons.append({"title": entry.title, "payload": f"/{intent}"})
    return buttons


def _understanding(tracker: Tracker) -> dict[str, Any]:
    return tracker.latest_message.get("understanding") or {}
