"""What to say when the question was not understood, or could mean two or three things."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from actions.answering import answer_topics, ask_which
from actions.base import ClinicAction, Say, misunderstandings
from actions.cautions import mentioned_cautions
from actions.note_contact import note_contact
from actions.staff_topics import say_by_staff

MOST_CANDIDATES = 3


class ActionClarifyQuestion(ClinicAction):
    """Offers the topics it could have been as choices; with none, says plainly that it has no answer."""

    def name(self) -> str:
        return "action_clarify_question"

    def decide(self, tracker: Tracker) -> Say:
        topics = possible_topics(tracker)
        if by_staff := say_by_staff(tracker, others=topics[: MOST_CANDIDATES - 1]):
            return by_staff
        if len(topics) == 1:
            return answer_topics(tracker, topics)
        return ask_which(tracker, topics) or answer_topics(tracker, [])


class ActionDeclineQuestion(ClinicAction):
    """Says kindly that the question has nothing to do with what the clinic's assistant knows."""

    def name(self) -> str:
        return "action_decline_question"

    def decide(self, tracker: Tracker) -> Say:
        if by_staff := say_by_staff(tracker):
            return by_staff
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
