"""What a message asks: one topic or several, in the order asked, also where it only makes sense after the one before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from spacy.tokens import Doc

from bot.language.certainty import ASK, certain_topic, unknown_share
from bot.language.encoder import Vectors
from bot.language.follow_ups import MOST_WORDS, Before, framed, topics_of_follow_up
from bot.language.questions import Part, asks, parts_of
from bot.language.topic_model import TopicModel, Understanding

REPORT = "report_reaction"
# A question that takes up what the sentence before it lists.
_ALL_OF_THOSE = re.compile(
    r"\b(?:(?:all|both|any|each|either|some) (?:of )?(?:those|these|them|that)|both|all three|those|these)\b"
)
# Of the certainty for one answer, what is enough for one of several.
LIKELY_SHARE = 0.7
# With this probability that there is no answer to it, a message is wary ground, where a part must be this certain.
MOSTLY, SURE = 0.4, 0.6


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
        short = len(text.split()) <= MOST_WORDS
        joined = [*framed(text, before), f"{before.question} {text}"] if before.question and short else []
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
    beside_the_point = unknown_share(whole) >= MOSTLY
    asked, told = _of_parts(texts.parts, rest, wary=beside_the_point)
    if before.topics and (
        topics := topics_of_follow_up(texts.whole, whole, together, before, speaks=bool(asked))
    ):
        return Reading(_answering(understood, topics[0]), topics, follows=True)
    topics = asked or told
    # Where the whole is certain of something else than its one question, that counts only if it is merely told.
    if len(topics) > 1 or (topics and certain_topic(whole) in (None, topics[0], *told)):
        return Reading(_answering(understood, topics[0]), topics)
    topic = certain_topic(whole)
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


def _of_parts(
    parts: Sequence[Part], understood: Sequence[Understanding], *, wary: bool
) -> tuple[list[str], list[str]]:
    """The topics that a message's parts ask for, in order, and those that are only told beside them. A sentence counts as a
    whole, unless its pieces are each certain of another."""
    found: list[tuple[Part, str]] = []
    by_sentence: dict[int, list[tuple[Part, Understanding]]] = {}
    several_asked = sum(part.asks and part.whole for part in parts) > 1
    likely = _sure_topic if wary else _likely_topic if several_asked else certain_topic
    certain = _sure_topic if wary else certain_topic
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


def _sure_topic(understanding: Understanding) -> str | None:
    """The slug that is far more certain than an answer needs, in a message that is mostly beside the point."""
    topic = certain_topic(understanding)
    sure = understanding.ranking and understanding.ranking[0][1] * understanding.similarity >= SURE
    return topic if sure else None


def _likely_topic(understanding: Understanding) -> str | None:
    """The slug that is likeliest, where a visitor with several questions cannot be asked back about each."""
    if not understanding.ranking or not understanding.ranking[0][0].startswith(ASK):
        return certain_topic(understanding)
    likely = understanding.ranking[0][1] * understanding.similarity >= LIKELY_SHARE * understanding.threshold
    intent = understanding.ranking[0][0]
    return intent.removeprefix(ASK) if likely and intent != "ask_not_covered" else None


def _answering(understood: Sequence[Understanding], topic: str) -> Understanding:
    """The whole message's understanding with this topic first, as likely as in the text that is surest of it."""
    whole, intent = understood[0], f"{ASK}{topic}"
    chance = max(dict(understanding.ranking).get(intent, 0.0) for understanding in understood)
    ranking = ((intent, chance), *((name, its) for name, its in whole.ranking if name != intent))
    return replace(whole, decision="answer", ranking=ranking, candidates=(intent,))
