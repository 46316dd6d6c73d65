"""Cautions travel: who mentions pregnancy, active acne, an infection or a condition is told so, whatever else was asked."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from sqlalchemy.orm import Session

from bot.conversations.history import mentioned_entities, topics_said
from bot.knowledge.service import Answer, find_answer

# What somebody mentions (entity and canonical value) → the entry whose caution goes with every answer.
_TOPICS = {
    ("life_stage", "pregnant"): "pregnancy",
    ("life_stage", "breastfeeding"): "pregnancy",
    ("life_stage", "trying_to_conceive"): "pregnancy",
    ("condition", "active_acne"): "active_acne_or_infection",
    ("condition", "infection"): "active_acne_or_infection",
    ("condition", "cold_sore"): "active_acne_or_infection",
}
_ANY_OTHER_CONDITION = "medical_conditions"


def mentioned_cautions(tracker: Tracker) -> list[str]:
    """Slugs of the cautions that the message calls for, in the order of mention."""
    slugs = (_topic(entity) for entity in tracker.latest_message.get("entities") or [])
    return list(dict.fromkeys(slug for slug in slugs if slug))


def find_cautions(session: Session, slugs: list[str]) -> list[Answer]:
    """The approved entries of these cautions."""
    return [entry for slug in slugs if (entry := find_answer(session, slug))]


def wording(entry: Answer) -> str:
    """What a caution says beside another answer."""
    return entry.caution or entry.short or entry.text


def conversation_cautions(session: Session, tracker: Tracker) -> list[str]:
    """Slugs of every caution that the visitor has called for in this conversation, in the order of mention."""
    mentioned = mentioned_entities(session, tracker.sender_id)
    slugs = (_topic(entity) for entity in [*mentioned, *(tracker.latest_message.get("entities") or [])])
    return list(dict.fromkeys(slug for slug in slugs if slug))


def unsaid_cautions(session: Session, tracker: Tracker) -> list[str]:
    """Those of the conversation's cautions that no reply has named yet."""
    said = topics_said(session, tracker.sender_id)
    return [slug for slug in conversation_cautions(session, tracker) if slug not in said]


def _topic(entity: dict[str, Any]) -> str | None:
    if entity.get("negated") or entity.get("past"):
        return None
    kind = str(entity.get("entity"))
    return _TOPICS.get((kind, str(entity.get("value"))), _ANY_OTHER_CONDITION if kind == "condition" else None)
