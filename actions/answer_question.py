"""Answering from the approved entries."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.base import ClinicAction, Say, database, inbound_id, misunderstandings, question
from bot.conversations.gaps import record_gap
from bot.knowledge.service import Answer, find_answer

# What somebody mentions (entity and canonical value) → the entry whose caution goes with every answer.
CAUTION_TOPICS = {
    ("life_stage", "pregnant"): "pregnancy",
    ("life_stage", "breastfeeding"): "pregnancy",
    ("life_stage", "trying_to_conceive"): "pregnancy",
    ("condition", "active_acne"): "active_acne_or_infection",
    ("condition", "infection"): "active_acne_or_infection",
    ("condition", "cold_sore"): "active_acne_or_infection",
}


class ActionAnswerQuestion(ClinicAction):
    """Says the approved answer to an `ask_<topic>` intent, or plainly that there is none."""

    def name(self) -> str:
        return "action_answer_question"

    def decide(self, tracker: Tracker) -> Say:
        slug = topic_asked(tracker)
        mentioned = mentioned_cautions(tracker)
        known = list(tracker.get_slot("cautions") or [])
        with database().transaction() as session:
            answer = find_answer(session, slug)
            cautions = [find_answer(session, caution) for caution in mentioned if caution != slug]
            if answer is None or answer.outcome == "unanswered":
                record_gap(
                    session, tracker.sender_id, inbound_id(tracker), question=question(tracker), topic=slug
                )
        say = _say(answer, [caution for caution in cautions if caution], tracker)
        say.events.append(SlotSet("cautions", known + [slug for slug in mentioned if slug not in known]))
        return say


def topic_asked(tracker: Tracker) -> str:
    """The slug behind the `ask_<slug>` intent."""
    return str(tracker.get_intent_of_latest_message() or "").removeprefix("ask_")


def mentioned_cautions(tracker: Tracker) -> list[str]:
    """Slugs of the cautions that the message calls for, in the order of mention."""
    slugs: list[str] = []
    for entity in tracker.latest_message.get("entities") or []:
        slug = _caution_topic(entity)
        if slug and slug not in slugs:
            slugs.append(slug)
    return slugs


def _caution_topic(entity: dict[str, Any]) -> str | None:
    if entity.get("negated"):
        return None
    kind = str(entity.get("entity"))
    other_condition = "medical_conditions" if kind == "condition" else None
    return CAUTION_TOPICS.get((kind, str(entity.get("value"))), other_condition)


def _say(answer: Answer | None, cautions: list[Answer], tracker: Tracker) -> Say:
    if answer is None:
        return unanswered(tracker, cautions)
    texts = [answer.text, *(caution.caution or caution.short or caution.text for caution in cautions)]
    sources: list[dict[str, str]] = []
    for entry in (answer, *cautions):
        sources += [source for source in entry.sources if source not in sources]
    return Say(
        outcome=answer.outcome,
        text="\n\n".join(texts),
        topics=[answer.slug, *(caution.slug for caution in cautions)],
        sources=sources,
        buttons=[] if answer.outcome == "answered" else next_steps(),
        offer=None if answer.outcome == "answered" else "consultation",
    )


def unanswered(tracker: Tracker, cautions: list[Answer]) -> Say:
    """Say that no approved answer exists; the second time in a row, offer a person outright."""
    again = misunderstandings(tracker) >= 1
    return Say(
        outcome="unanswered",
        response="utter_unanswered_again" if again else "utter_unanswered",
        values={"caution": "".join(f"\n\n{entry.caution or entry.text}" for entry in cautions)},
        topics=[caution.slug for caution in cautions],
        sources=[source for caution in cautions for source in caution.sources],
        buttons=next_steps(),
        offer="person" if again else "consultation",
    )


def next_steps() -> list[dict[str, str]]:
    """The two ways on when the assistant cannot answer."""
    return [
        {"title": "Book a consultation", "payload": "/book_consultation"},
        {"title": "Talk to a person", "payload": "/talk_to_human"},
    ]
