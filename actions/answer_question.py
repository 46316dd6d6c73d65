"""Answering from the approved entries."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.base import (
    ClinicAction,
    Say,
    database,
    inbound_id,
    misunderstandings,
    question,
    transaction,
    was_typed,
)
from actions.cautions import find_cautions, mentioned_cautions, wording
from actions.note_contact import note_contact
from bot.conversations.gaps import record_gap
from bot.knowledge.service import Answer, find_answer


class ActionAnswerQuestion(ClinicAction):
    """Says the approved answer to an `ask_<topic>` intent, or plainly that there is none."""

    def name(self) -> str:
        return "action_answer_question"

    def decide(self, tracker: Tracker) -> Say:
        return answer_topic(tracker, str(tracker.get_intent_of_latest_message() or "").removeprefix("ask_"))


def answer_topic(tracker: Tracker, slug: str | None) -> Say:
    """The approved answer on a topic with the cautions that the message calls for; without one, the question is kept."""
    if noted := note_contact(tracker):
        return noted
    with database().reading() as session:
        answer = find_answer(session, slug) if slug else None
        cautions = find_cautions(session, [name for name in mentioned_cautions(tracker) if name != slug])
    if (answer is None or answer.outcome == "unanswered") and was_typed(tracker):
        with transaction(tracker) as session:
            record_gap(session, tracker.sender_id, inbound_id(tracker), question=question(tracker), topic=slug)
    return _answered(answer, cautions) if answer else _unanswered(tracker, cautions)


def next_steps() -> list[dict[str, str]]:
    """The two ways on when the assistant cannot answer."""
    return [
        {"title": "Book a consultation", "payload": "/book_consultation"},
        {"title": "Talk to a person", "payload": "/talk_to_human"},
    ]


def _answered(answer: Answer, cautions: list[Answer]) -> Say:
    entries = [answer, *cautions]
    return Say(
        outcome=answer.outcome,
        text="\n\n".join([answer.text, *map(wording, cautions)]),
        entries=entries,
        buttons=[] if answer.outcome == "answered" else next_steps(),
        offer=None if answer.outcome == "answered" else "consultation",
    )


def _unanswered(tracker: Tracker, cautions: list[Answer]) -> Say:
    """Say that no approved answer exists; the second time in a row, offer a person outright."""
    again = misunderstandings(tracker) >= 1
    return Say(
        outcome="unanswered",
        response="utter_unanswered_again" if again else "utter_unanswered",
        values={"caution": "".join(f"{wording(entry)}\n\n" for entry in cautions)},
        entries=cautions,
        buttons=next_steps(),
        offer="person" if again else "consultation",
    )
