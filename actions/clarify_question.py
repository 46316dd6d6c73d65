"""What to say when the question was not understood, or could mean two or three things."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from actions.answer_question import answer_topics, remembered_cautions
from actions.base import ClinicAction, Say, database, misunderstandings
from actions.cautions import mentioned_cautions
from actions.note_contact import note_contact
from bot.knowledge.service import find_answer

MOST_CANDIDATES = 3


class ActionClarifyQuestion(ClinicAction):
    """Offers the topics it could have been as choices; with none, says plainly that it has no answer."""

    def name(self) -> str:
        return "action_clarify_question"

    def decide(self, tracker: Tracker) -> Say:
        topics = possible_topics(tracker)
        choices = _choices(topics)
        if len(topics) == 1:
            return answer_topics(tracker, topics)
        if choices and misunderstandings(tracker) == 0:
            events = remembered_cautions(tracker)
            return Say(outcome="clarify", response="utter_which_topic", buttons=choices, events=events)
        return answer_topics(tracker, [])


class ActionDeclineQuestion(ClinicAction):
    """Says kindly that the question has nothing to do with what the clinic's assistant knows."""

    def name(self) -> str:
        return "action_decline_question"

    def decide(self, tracker: Tracker) -> Say:
        again = misunderstandings(tracker) >= 1
        return note_contact(tracker) or Say(
            outcome="unanswered",
            response="utter_unanswered_again" if again else "utter_out_of_scope",
            values={"caution": ""},
            buttons=[{"title": "Talk to a person", "payload": "/talk_to_human"}],
            offer="person",
        )


def possible_topics(tracker: Tracker) -> list[str]:
    """Slugs of the topics in doubt, likeliest first; [] where nothing was understood.

    A caution that the message mentions in passing ("I'm pregnant, how long is recovery") is no doubt: it goes with the
    answer anyway, so only what else was asked is left.
    """
    understanding: dict[str, Any] = tracker.latest_message.get("understanding") or {}
    if understanding.get("decision") != "clarify":
        return []
    topics = [intent.removeprefix("ask_") for intent in understanding["candidates"][:MOST_CANDIDATES]]
    asked = [topic for topic in topics if topic not in mentioned_cautions(tracker)]
    return asked or topics


def _choices(topics: list[str]) -> list[dict[str, str]]:
    """Buttons titled as the topics' entries are."""
    with database().reading() as session:
        entries = [entry for topic in topics if (entry := find_answer(session, topic))]
    return [{"title": entry.title, "payload": f"/ask_{entry.slug}"} for entry in entries]
