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
    ("condition", "lookalike"): None,
    ("condition", "sunburn"): None,  # any other condition is one for a clinician
}
_ANY_OTHER_CONDITION = "medical_conditions"
# Conditions and medicines that a clinician wants to know of also when they are over ("chemo last year", "finished accutane").
_STAYS_A_CAUTION = frozenset(
    "cancer heart_condition isotretinoin keloids immune_condition diabetes epilepsy bleeding_disorder".split()
)


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


def known_cautions(session: Session, conversation_id: str) -> list[str]:
    """Slugs of every caution that the visitor's stored messages call for, in the order of mention; one that was taken back
    ("I'm not pregnant anymore") is none."""
    return remembered(mentioned_entities(session, conversation_id))


def conversation_cautions(session: Session, tracker: Tracker) -> list[str]:
    """The same with the present message, which is not stored yet."""
    mentioned = mentioned_entities(session, tracker.sender_id)
    return remembered([*mentioned, tracker.latest_message.get("entities") or []])


def unsaid_cautions(session: Session, tracker: Tracker) -> list[str]:
    """Those of the conversation's cautions that no reply has named yet."""
    said = topics_said(session, tracker.sender_id)
    return [slug for slug in conversation_cautions(session, tracker) if slug not in said]


def cautions_now(tracker: Tracker) -> list[str]:
    """Slugs of the cautions that are known after the present message, by what the slot remembers."""
    known = dict.fromkeys(tracker.get_slot("cautions") or [])
    return remembered([tracker.latest_message.get("entities") or []], known)


def taken_back(tracker: Tracker) -> list[str]:
    """Slugs of the cautions known before that the present message takes back."""
    known = cautions_now(tracker)
    return [slug for slug in tracker.get_slot("cautions") or [] if slug not in known]


def remembered(messages: list[list[dict[str, Any]]], known: dict[str, None] | None = None) -> list[str]:
    """What is known after these messages. Who has "diabetes, no eczema" takes nothing back."""
    kept = dict(known or {})
    for entities in messages:
        called_for = [slug for entity in entities if (slug := _topic(entity))]
        denied = {_slug(entity) for entity in entities if entity.get("negated")}
        kept = {slug: None for slug in kept if slug not in denied}
        kept.update(dict.fromkeys(called_for))
    return list(kept)


def _topic(entity: dict[str, Any]) -> str | None:
    return None if entity.get("negated") or _is_over(entity) else _slug(entity)


def _is_over(entity: dict[str, Any]) -> bool:
    """Whether what is mentioned is past and needs no caution any more."""
    return bool(entity.get("past")) and entity.get("value") not in _STAYS_A_CAUTION


def _slug(entity: dict[str, Any]) -> str | None:
    kind = str(entity.get("entity"))
    return _TOPICS.get((kind, str(entity.get("value"))), _ANY_OTHER_CONDITION if kind == "condition" else None)
