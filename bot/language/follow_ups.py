"""Messages that make sense only after the one before: "why?", "and stretch marks?", "is it safe for me then"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.language.certainty import certain_topic, likely_topic, unknown_share
from bot.language.questions import asks
from bot.language.topic_model import Understanding

BEFORE = "before"  # in a message's metadata: what `Before.of` reads
# A follow-up is short. Longer messages say themselves what they are about.
MOST_WORDS = 12
_AGAIN = re.compile(
    r"(?:(?:ok(?:ay)?|so|oh|but|and|hm+|right|really|ah)[ ,.!]+)*"
    r"(?:why(?: not| is that|'?s that| though| so)?|how come|how so|really|always|never|sure|are you sure|is that (?:so|true|all)"
    r"|tell me more|more(?: details?| info(?:rmation)?)?|go on|explain(?: that| please)?|what do you mean|meaning|like what|such as"
    r"|for example|since \w+(?: \w+)?|even (?:a |an |the )?\w+(?: \w+){0,3}|(?:and )?(?:then|after that|afterwards|before that))[ ?!.]*"
)
_CONTINUES = re.compile(
    r"(?:(?:ok(?:ay)?|cool|great|right|thanks|ah|oh|hm+|ha|so|well)[ ,.!]+)*"
    r"(?:and|n|&|also|what about|how about|wot about|what of|what if|even|or|but|then|plus|same|is (?:it|that|this) different"
    r"|that too|those|these|which of)\b"
)
# "And on Sunday?", "what about tomorrow evening": about what was asked before, at another time.
_AT_ANOTHER_TIME = re.compile(
    r"(?:(?:ok(?:ay)?|so|and|n|but|or|what about|how about|wot about|what if)[ ,]+)*"
    r"(?:(?:on|in|by|at|after|from|this|next|the|a|an|one|two|three|four|five|\d+|few|couple|of) )*"
    r"(?:today|tonight|tomorrow|tmrw|tomoz|2moro|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|mon|tues?|weds?|thurs?|fri|sat|sun"
    r"|weekend|days?|weeks?|fortnight|months?|hours?|mornings?|afternoons?|evenings?|nights?|noon|midday|lunchtime)"
    r"(?: (?:morning|afternoon|evening|night|noon|lunchtime|later|after|then|at \d[\d:.]*(?: ?[ap]m)?))*[ ?!.]*"
)
_POINTS_BACK = re.compile(
    r"\b(?:it|that|this|those|these|them|they|one|ones|there|then|so|either|neither|both|same|too)\b"
)
# Alone these ask of the session's length or the number of sessions; after "what should I wash with" they do not.
_BARE = re.compile(
    r"(?:(?:ok(?:ay)?|so|and|but|oh)[ ,]+)*(?:how (?:often|long|many|soon)(?: times| days| hours| litres)?(?: (?:for|after|then))?"
    r"|when|until when|which(?: ones?| kinds?)?|what (?:kind|sort|type)|by when)[ ?!.]*"
)
_LEAD = re.compile(
    r"^(?:(?:ok(?:ay)?|cool|great|right|thanks|ah|oh|hm+|ha|so|well|and|n|&|also|but|or|plus|what about|how about|wot about|what of)[ ,.!]+)+"
)
# How a follow-up like "and stretch marks?" goes on, by what was asked before it.
_FRAMES = (
    (
        "can micro-needling help with {}",
        "benefits texture_and_wrinkles scars hyperpigmentation stretch_marks pore_size",
    ),
    (
        "after the treatment, what about {}",
        "aftercare sun_protection cleansing exfoliation hydration makeup recovery_time",
    ),
    (
        "can i have the treatment with {}",
        "candidates skin_types sensitive_skin active_acne_or_infection pregnancy medical_conditions",
    ),
)
_FRAME_OF = {topic: frame for frame, topics in _FRAMES for topic in topics.split()}
# With this probability that there is no answer to it, a message stands alone: "and the football?" after an answer, too.
MOSTLY_UNKNOWN = 0.4
# Least probability × similarity of the topic that a short message is about by itself.
LIKELY_ALONE = 0.45
_FOR_ME = re.compile(
    r"\b(?:(?:is|would|will) (?:it|this|that) (?:still )?(?:be )?(?:safe|ok|okay|fine|all right|alright|suitable|possible|allowed)"
    r"|(?:safe|ok|okay|fine|all right|alright|suitable|possible|allowed|a good idea) (?:for me|in my case|then)"
    r"|(?:can|could|may) (?:i|we) (?:both )?(?:still )?(?:have|get|do|come|be (?:seen|treated))"
    r"|(?:can|could|will|would|do) (?:they|you) (?:still )?(?:do|treat|take|see|have) (?:me|us|it|people)"
    r"|(?:do|should|must|would) i (?:have to |need to |hav 2 )?(?:wait|postpone|hold off|cancel)|is (?:that|it) a (?:no|problem)"
    r"|off the table|(?:count|counts|rule|rules) me out|(?:am|means?) i(?:'?m)? out|stops? me|still (?:possible|on))\b"
)
# What somebody tells of themselves that decides whether they may be treated at all.
SUITABILITY = frozenset(
    "pregnancy medical_conditions active_acne_or_infection skin_types sensitive_skin".split()
)


@dataclass(frozen=True)
class Before:
    """What was said before the message, as far as it matters to it.

    Args:
        question: the visitor's last question that was answered.
        topics: slugs of what the answer was about, in order.
        cautions: slugs of the cautions known of the visitor.
    """

    question: str = ""
    topics: Sequence[str] = ()
    cautions: Sequence[str] = ()

    @classmethod
    def of(cls, content: Mapping[str, Any] | None) -> Before:
        """From what a message's metadata hold; nothing of it has to be there."""
        content = content or {}
        return cls(
            str(content.get("question") or ""),
            tuple(content.get("topics") or ()),
            tuple(content.get("cautions") or ()),
        )


def asks_for_oneself(text: str) -> bool:
    """Whether a question is whether what was told of oneself is in the way: "I take warfarin. Does that stop me?"."""
    return bool(_FOR_ME.search(text.lower().replace("’", "'")))


def framed(text: str, before: Before) -> list[str]:
    """The question that "and stretch marks?" stands for, after a question of that kind."""
    frame = _FRAME_OF.get(before.topics[0]) if before.topics else None
    rest, leads = _LEAD.subn("", text.strip().lower())
    return [frame.format(rest)] if frame and leads else []


def topics_of_follow_up(
    text: str, alone: Understanding, together: Sequence[Understanding], before: Before, *, speaks: bool
) -> list[str]:
    """What a message is about that says so only together with what was said before; [] where it speaks for itself.

    `speaks` says whether a part of it asks for a topic of its own.
    """
    plain = text.lower().replace("’", "'").strip()
    if _AGAIN.fullmatch(plain) or _AT_ANOTHER_TIME.fullmatch(plain):
        return list(before.topics)
    if len(plain.split()) > MOST_WORDS:
        return []
    if before.cautions and _FOR_ME.search(plain) and _may_be_about_oneself(alone, before):
        return list(before.cautions)
    if speaks or (_speaks_for_itself(alone) and not _BARE.fullmatch(plain)):
        return []
    if not _is_linked(plain, alone):
        return []
    if topic := next(filter(None, map(certain_topic, together)), None):
        return [topic]
    return list(before.topics) if alone.decision == "reject" else []


def _speaks_for_itself(alone: Understanding) -> bool:
    """Whether a message is likely about one topic of its own, or no question at all. "Which kind would be best?" is certain to have
    an answer, and yet about nothing by itself."""
    if alone.decision != "answer":
        return False
    topic = certain_topic(alone)
    return topic is None or likely_topic(alone, LIKELY_ALONE) is not None


def _is_linked(plain: str, alone: Understanding) -> bool:
    """Whether the message refers to something said. "asdfgh" and "who won the football" after an answer do not: joined to the
    question before them they would get its answer again. A question that is torn between topics of its own does not either."""
    if _BARE.fullmatch(plain):
        return True
    refers = bool(_CONTINUES.match(plain) or _POINTS_BACK.search(plain))
    refers = refers or (asks(plain) and alone.decision != "clarify")
    return refers and unknown_share(alone) < MOSTLY_UNKNOWN


def _may_be_about_oneself(alone: Understanding, before: Before) -> bool:
    """Whether a message could ask what a known caution means for the visitor; "can I go swimming" is certain to be no such."""
    unsure = alone.decision != "answer"
    return unsure or certain_topic(alone) in ("candidates", "side_effects", *before.cautions)
