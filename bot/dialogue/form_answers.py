"""A message that answers what the booking form has just asked, whatever it sounds like by itself.

"Acne scars" is a question about scars, "no" a refusal and "are you open Saturday" a question about the hours; said to a form
that asks what the consultation is about, whether all is right, or when would suit, each is its answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from bot.language.wished_times import read_wish

ANSWER = "answer_step"
FORM = "booking_form"
# What is wanted instead of an answer; the rules know what comes then.
_INSTEAD = frozenset(
    "stop talk_to_human complaint report_reaction cancel_booking goodbye privacy_request bot_challenge capabilities greet thanks"
    " foreign_language".split()
)
_COURTESIES = frozenset({"greet", "thanks"})  # "mornings" sounds like a greeting
_LEAVES = re.compile(
    r"\b(?:never ?mind|forget (?:it|that|about)|leave it|no thanks?|not (?:now|today)|don'?t (?:want|book|bother))\b",
    re.I,
)
_ABOUT_TIMES = frozenset({"ask_opening_hours"})
_ASKS = re.compile(
    r"\?|^\W*(?:(?:and|but|so|ok|hi|hello|wait|also)\W+)*(?:how|what|whats|when|why|which|who|whose|where|can|could|may|is|are|do"
    r"|does|did|will|would|shall|should)\b",
    re.IGNORECASE,
)


def answers_step(parsed: Mapping[str, Any], *, step: str | None, now: datetime | None = None) -> bool:
    """Whether a message answers a step of the booking form.

    Args:
        parsed: what NLU made of it.
        step: the slot that the form has asked for.
        now: with a time zone; by default this moment.
    """
    intent = str((parsed.get("intent") or {}).get("name"))
    text = str(parsed.get("text") or "")
    if (
        intent in _INSTEAD - (_COURTESIES if step == "time" else set())
        or parsed.get("safety")
        or _LEAVES.search(text)
    ):
        return False
    if step == "concern":
        return not _ASKS.search(text)
    if step not in ("time", "confirmed"):
        return False
    if intent == "deny":
        return step == "confirmed"
    asks_something_else = intent.startswith("ask_") and intent not in _ABOUT_TIMES and bool(_ASKS.search(text))
    wish = read_wish(text, now=now or datetime.now(timezone.utc), day_first=True)
    return wish is not None and not asks_something_else
