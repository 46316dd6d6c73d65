"""What a message asks: one topic or several, in the order asked, also where it only makes sense after the one before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from spacy.tokens import Doc

from bot.language.encoder import Vectors
from bot.language.questions import Part, asks, parts_of
from bot.language.topic_model import TopicModel, Understanding

ASK = "ask_"
REPORT = "report_reaction"
BEFORE = "before"  # in a message's metadata: what `Before.of` reads
# A follow-up is short. Longer messages say themselves what they are about.
MOST_WORDS_OF_FOLLOW_UP = 12
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
# A question that takes up what the sentence before it lists.
_ALL_OF_THOSE = re.compile(
    r"\b(?:(?:all|both|any|each|either|some) (?:of )?(?:those|these|them|that)|both|all three|those|these)\b"
)
# Of the certainty for one answer, what is enough for one of several.
LIKELY_SHARE = 0.7
# Intents that gather what the assistant has no answer to; a message that is one of them with this probability is wary ground.
UNKNOWN = frozenset({"out_of_scope", "ask_not_covered"})
MOSTLY, SURE = 0.4, 0.6
_FOR_ME = re.compile(
    r"\b(?:(?:is|would|will) (?:it|this|that) (?:still )?(?:be )?(?:safe|ok|okay|fine|all right|alright|suitable|possible|allowed)"
    r"|(?:safe|ok|okay|fine|all right|alright|suitable|possible|allowed|a good idea) (?:for me|in my case|then)"
    r"|can i (?:still )?(?:have|get|do) (?:it|this|one)|(?:can|could|will|would) (?:they|you) (?:still )?(?:do|treat|take) me"
    r"|off the table|(?:count|rule) me out|stops? me)\b"
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


@dataclass(frozen=True)
class Reading:
    """A message as it is understood.

    Args:
        understanding: of the message as a whole; its decision and first candidate follow from `topics` where there are any.
        topics: slugs asked for, in order; one where one thing is asked. [] where it asks nothing that has a topic.
        follows: whether that was read from what was said before.
    """

    understanding: Understanding
    topics: Sequence[str] = ()
    follows: bool = False


@dataclass(frozen=True)
class Texts:
    """What of a message is encoded: the whole of it, with what came before (where that may matter), and its parts."""

    whole: str
    with_before: Sequence[str] = ()
    parts: Sequence[Part] = field(default_factory=list)

    @classmethod
    def of(cls, doc: Doc, text: str, before: Before) -> Texts:
        short = len(text.split()) <= MOST_WORDS_OF_FOLLOW_UP
        joined = [*_framed(text, before), f"{before.question} {text}"] if before.question and short else []
        return cls(text, joined, parts_of(doc, text))

    def all(self) -> list[str]:
        """Every text that wants a vector, in the order in which `read` takes them."""
        return [self.whole, *self.with_before, *(part.text for part in self.parts)]


def read(texts: Texts, vectors: Vectors, before: Before, model: TopicModel) -> Reading:
    """Understand a message; `vectors` are those of `texts.all()`, shape (number of texts, 384)."""
    understood = [
        _unless_asked(text, model.understand(text, vector))
        for text, vector in zip(texts.all(), vectors, strict=True)
    ]
    whole, rest = understood[0], understood[1 + len(texts.with_before) :]
    together = understood[1 : 1 + len(texts.with_before)]
    beside_the_point = sum(chance for name, chance in whole.ranking if name in UNKNOWN) >= MOSTLY
    asked, told = _of_parts(texts.parts, rest, wary=beside_the_point)
    if before.topics and (topics := _of_follow_up(texts.whole, whole, together, before, speaks=bool(asked))):
        return Reading(_answering(understood, topics[0]), topics, follows=True)
    topics = asked or told
    # Where the whole is certain of something else than its one question, that counts only if it is merely told.
    if len(topics) > 1 or (topics and _certain_topic(whole) in (None, topics[0], *told)):
        return Reading(_answering(understood, topics[0]), topics)
    topic = _certain_topic(whole)
    return Reading(whole, [topic] if topic else [])


def _unless_asked(text: str, understanding: Understanding) -> Understanding:
    """A question is no report: what is wrong now is for the safety rules to find, and they look at every message."""
    ranking = understanding.ranking
    if not ranking or ranking[0][0] != REPORT or not asks(text) or ranking[0][1] == 1.0:
        return understanding
    rest = sum(chance for _, chance in ranking[1:])
    others = tuple((name, chance / rest) for name, chance in ranking[1:])
    if others[0][1] * understanding.similarity < understanding.threshold:
        return replace(understanding, decision="reject", ranking=(*others, (REPORT, 0.0)), candidates=())
    return replace(
        understanding, decision="answer", ranking=(*others, (REPORT, 0.0)), candidates=(others[0][0],)
    )


def _framed(text: str, before: Before) -> list[str]:
    """The question that "and stretch marks?" stands for, after a question of that kind."""
    frame = _FRAME_OF.get(before.topics[0]) if before.topics else None
    rest, leads = _LEAD.subn("", text.strip().lower())
    return [frame.format(rest)] if frame and leads else []


def _of_follow_up(
    text: str, alone: Understanding, together: Sequence[Understanding], before: Before, *, speaks: bool
) -> list[str]:
    """What a message is about that says so only together with what was said before; [] where it speaks for itself.

    `speaks` says whether a part of it asks for a topic of its own.
    """
    plain = text.lower().replace("’", "'").strip()
    if _AGAIN.fullmatch(plain):
        return list(before.topics)
    if len(plain.split()) > MOST_WORDS_OF_FOLLOW_UP:
        return []
    if before.cautions and _FOR_ME.search(plain) and _may_be_about_oneself(alone, before):
        return list(before.cautions)
    if speaks or (alone.decision == "answer" and not _BARE.fullmatch(plain)):
        return []
    if topic := next(filter(None, map(_certain_topic, together)), None):
        return [topic]
    if _CONTINUES.match(plain) or _POINTS_BACK.search(plain) or len(plain.split()) <= 4:
        return list(before.topics) if alone.decision == "reject" else []
    return []


def _may_be_about_oneself(alone: Understanding, before: Before) -> bool:
    """Whether a message could ask what a known caution means for the visitor; "can I go swimming" is certain to be no such."""
    unsure = alone.decision != "answer"
    return unsure or _certain_topic(alone) in ("candidates", "side_effects", *before.cautions)


def _of_parts(
    parts: Sequence[Part], understood: Sequence[Understanding], *, wary: bool
) -> tuple[list[str], list[str]]:
    """The topics that a message's parts ask for, in order, and those that are only told beside them. A sentence counts as a
    whole, unless its pieces are each certain of another."""
    found: list[tuple[Part, str]] = []
    by_sentence: dict[int, list[tuple[Part, Understanding]]] = {}
    several_asked = sum(part.asks and part.whole for part in parts) > 1
    likely = _sure_topic if wary else _likely_topic if several_asked else _certain_topic
    certain = _sure_topic if wary else _certain_topic
    for part, understanding in zip(parts, understood, strict=True):
        by_sentence.setdefault(part.sentence, []).append((part, understanding))
    for members in by_sentence.values():
        pieces = [(p, t) for p, u in members if not p.whole and (t := certain(u))]
        sentence = [(p, t) for p, u in members if p.whole and (t := likely(u))]
        several = len({topic for _, topic in pieces}) > 1
        found += pieces if several or not sentence else sentence
    taken_up = {part.sentence - 1 for part in parts if part.asks and _ALL_OF_THOSE.search(part.text.lower())}
    asked = [(part, topic) for part, topic in found if part.asks or part.sentence in taken_up]
    told = [topic for part, topic in found if (part, topic) not in asked]
    return list(dict.fromkeys(topic for _, topic in asked)), list(dict.fromkeys(told))


def _certain_topic(understanding: Understanding) -> str | None:
    """The slug that is certain enough to answer, if it is one."""
    if understanding.decision != "answer":
        return None
    intent = understanding.ranking[0][0]
    return intent.removeprefix(ASK) if intent.startswith(ASK) and intent != "ask_not_covered" else None


def _sure_topic(understanding: Understanding) -> str | None:
    """The slug that is far more certain than an answer needs, in a message that is mostly beside the point."""
    topic = _certain_topic(understanding)
    sure = understanding.ranking and understanding.ranking[0][1] * understanding.similarity >= SURE
    return topic if sure else None


def _likely_topic(understanding: Understanding) -> str | None:
    """The slug that is likeliest, where a visitor with several questions cannot be asked back about each."""
    if not understanding.ranking or not understanding.ranking[0][0].startswith(ASK):
        return _certain_topic(understanding)
    likely = understanding.ranking[0][1] * understanding.similarity >= LIKELY_SHARE * understanding.threshold
    intent = understanding.ranking[0][0]
    return intent.removeprefix(ASK) if likely and intent != "ask_not_covered" else None


def _answering(understood: Sequence[Understanding], topic: str) -> Understanding:
    """The whole message's understanding with this topic first, as likely as in the text that is surest of it."""
    whole, intent = understood[0], f"{ASK}{topic}"
    chance = max(dict(understanding.ranking).get(intent, 0.0) for understanding in understood)
    ranking = ((intent, chance), *((name, its) for name, its in whole.ranking if name != intent))
    return replace(whole, decision="answer", ranking=ranking, candidates=(intent,))
