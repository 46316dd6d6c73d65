"""How certain an understanding is, and of what."""

from __future__ import annotations

from bot.language.topic_model import Understanding

ASK = "ask_"
# Intents that gather what the assistant has no answer to.
UNKNOWN = frozenset({"out_of_scope", "ask_not_covered"})


def certain_topic(understanding: Understanding) -> str | None:
    """The slug that is certain enough to answer, if it is one."""
    if understanding.decision != "answer":
        return None
    intent = understanding.ranking[0][0]
    return intent.removeprefix(ASK) if intent.startswith(ASK) and intent not in UNKNOWN else None


def likely_topic(understanding: Understanding, least: float) -> str | None:
    """The slug of the first topic where that is likely by itself, for what one part of a message may ask.

    Args:
        least: its probability × similarity.
    """
    if not understanding.ranking:
        return None
    intent, chance = understanding.ranking[0]
    if chance * understanding.similarity < least or not intent.startswith(ASK) or intent in UNKNOWN:
        return None
    return intent.removeprefix(ASK)


def unknown_share(understanding: Understanding) -> float:
    """The probability that there is no answer to the message, 0 to 1."""
    return sum(chance for name, chance in understanding.ranking if name in UNKNOWN)
