"""Answering a question, or several in one message."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker

from actions.answering import answer_topics
from actions.base import ClinicAction, Say
from actions.staff_topics import say_by_staff

NOT_COVERED = "not_covered"  # `ask_not_covered` gathers the questions that no trained topic answers


class ActionAnswerQuestion(ClinicAction):
    """Says the approved answers to what was asked, or plainly that there are none."""

    def name(self) -> str:
        return "action_answer_question"

    def decide(self, tracker: Tracker) -> Say:
        intended = str(tracker.get_intent_of_latest_message() or "").removeprefix("ask_")
        understanding: dict[str, Any] = tracker.latest_message.get("understanding") or {}
        topics = understanding.get("topics") or [intended]
        return say_by_staff(tracker, certain=intended != NOT_COVERED) or answer_topics(tracker, topics)
