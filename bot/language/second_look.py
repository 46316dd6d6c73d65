"""What the safety rules did not find, looked at again: a message that sounds like a report, and is meant as one, is one.

A score alone decides nothing. It can only raise what the rules found, never lower it; and rules say whether a message may be
raised at all: it has to tell what is, not ask or suppose in general, and not be about the time before a treatment. The
thresholds were chosen on the development messages: docs/decisions/0011-second-look.md.
"""

from __future__ import annotations

import re

from spacy.tokens import Doc, Span

from bot.language.context import tells_what_happens
from bot.language.report_model import Suspicion
from bot.language.safety import Assessment, is_before_treatment
from bot.language.safety_rules import LEVELS, Level

# So probable has it to be that something serious is reported: where neither the rules nor the topics made anything of the message;
# where it gets an answer; and where the rules found what is to be expected. And so probable that it is urgent.
SERIOUS, SERIOUS_WHERE_ANSWERED, SERIOUS_WHERE_EXPECTED = 0.6, 0.8, 0.9
URGENT = 0.5  # to send somebody to a doctor too soon is the lesser harm
# Below this, what the topic classifier takes for a report is none.
HARDLY = 0.1
SIGN = "sounds_like_a_report"
_ASKS_OR_SUPPOSES = re.compile(
    r"(?:\W*(?:hi|hello|hey|so|and|also|but|ok|okay|please|just|sorry|thanks)\W+)*"
    r"(?:what|whats|suppose|imagine|if|could|would|will|can|should|shall|might|may|is|are|do|does|did|has|any|how|who|when|where"
    r"|which|have (?:any|you|they|people))\b"
)


def second_look(found: Assessment, doc: Doc, heard: Suspicion, *, answered: bool = False) -> Assessment:
    """The level that the rules found, or a graver one where the message sounds like it and is meant so.

    Args:
        answered: whether the message asks for a topic that has an answer.
    """
    least = SERIOUS_WHERE_ANSWERED if answered else SERIOUS
    if heard.serious < (SERIOUS_WHERE_EXPECTED if found.level == "expected" else least):
        return found
    if is_before_treatment(doc) or not any(map(_tells, doc.sents)):
        return found
    level: Level = "urgent" if heard.urgent >= URGENT else "concerning"
    if found.level is not None and LEVELS.index(found.level) <= LEVELS.index(level):
        return found
    return Assessment(level, (*found.signs, SIGN))


def _tells(sentence: Span) -> bool:
    """Whether a sentence tells what is, rather than asks or supposes in general."""
    words = " ".join(token.norm_ for token in sentence)
    return not _ASKS_OR_SUPPOSES.match(words) or tells_what_happens(words)
