"""What a message asks: one topic or several, in the order asked, also where it only makes sense after the one before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from spacy.tokens import Doc

from bot.language.certainty import ASK, certain_topic, likely_topic, unknown_share
from bot.language.encoder import Vectors
from bot.language.follow_ups import (
    MOST_WORDS,
    SUITABILITY,
    Before,
    asks_for_oneself,
    framed,
    topics_of_follow_up,
)
from bot.language.questions import Part, asks, parts_of
from bot.language.topic_model import TopicModel, Understanding

REPORT, BOOKING = "report_reaction", "book_consultation"
# A question that takes up what the sentence before it lists.
_ALL_OF_THOSE = re.compile(
    r"\b(?:(?:all|both|any|each|either|some) (?:of )?(?:those|these|them|that)|both|all three|those|these)\b"
)
# Least probability × similarity of what a part asks: one question of several, the only one, and what is merely told or listed. With
# this probability that there is no answer to it, a message is wary ground, where a part must be surer. Chosen on the development
# messages.
LIKELY, LIKELY_ALONE, CONFIDENT = 0.15, 0.3, 0.45
MOSTLY, SURE = 0.4, 0.6
# A message without a question of no more words lists what it wants ("price, pain, pores") rather than tells a story.
LISTING_WORDS = 30


@dataclass(frozen=True)
class Reading:
    """A message as it is understood.

    Args:
        understanding: of the message as a whole; its decision and first candidate follow from `topics` where there are any.
        topics: slugs asked for, in order; one where one thing is asked. [] where it asks nothing that has a topic.
        follows: whether that was read from what was said before.
        wishes_booking: whether it also wishes for a consultation, beside what it asks.
    """

    understanding: Understanding
    topics: Sequence[str] = ()
    follows: bool = False
    wishes_booking: bool = False


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


def read(texts: Texts, vectors: Vectors, before: Before, model: TopicModel, *, reports: bool = True) -> Reading:
    """Understand a message; `vectors` are those of `texts.all()`, shape (number of texts, 384).

    Args:
        reports: whether it may be a report that something is wrong; what does not sound like one is understood otherwise.
    """
    alone = [
        _unless_asked(text, understanding, reports=reports)
        for text, understanding in zip(texts.all(), model.understand(texts.all(), vectors), strict=True)
    ]
    first = 1 + len(texts.with_before)
    together, rest = alone[1:first], alone[first:]
    whole = _whole(texts, vectors, model, alone[0], reports=reports)
    asked, told = _of_parts(texts.parts, rest, wary=unknown_share(whole) >= MOSTLY)
    if before.topics and (
        topics := topics_of_follow_up(texts.whole, whole, together, before, speaks=bool(asked))
    ):
        return Reading(_answering(whole, alone, topics[0]), topics, follows=True)
    if not asked and len(told) > 1 and _lists(texts.whole, whole):
        asked = told
    topic = certain_topic(whole)
    # One topic is read from the whole, which knows more than its parts, but for what is merely told beside a question; several
    # only from them.
    from_parts = len(asked) > 1 or topic is None or (asked and topic in told)
    topics = [topic] if topic and not from_parts else asked or told
    if not topics or (topics == [topic] and not texts.parts):
        return Reading(whole, topics)
    return Reading(_answering(whole, alone, topics[0]), topics, wishes_booking=_wishes_booking(rest))


def _whole(
    texts: Texts, vectors: Vectors, model: TopicModel, alone: Understanding, *, reports: bool
) -> Understanding:
    """The message as a whole, together with its sentences where it has several."""
    sentences = [number for number, part in enumerate(texts.parts) if part.whole]
    if not sentences:
        return alone
    chosen = [0, *(1 + len(texts.with_before) + number for number in sentences)]
    everything = texts.all()
    message = model.understand_message([everything[number] for number in chosen], vectors[chosen])
    return _unless_asked(texts.whole, message, reports=reports)


def _lists(text: str, whole: Understanding) -> bool:
    return len(text.split()) <= LISTING_WORDS and unknown_share(whole) < MOSTLY / 2


def _wishes_booking(parts: Sequence[Understanding]) -> bool:
    return any(part.decision == "answer" and part.ranking[0][0] == BOOKING for part in parts)


def _unless_asked(text: str, understanding: Understanding, *, reports: bool) -> Understanding:
    """A question is no report: what is wrong now is for the safety rules to find, and they look at every message."""
    ranking = understanding.ranking
    if not ranking or ranking[0][0] != REPORT or ranking[0][1] == 1.0 or (reports and not asks(text)):
        return understanding
    rest = sum(chance for _, chance in ranking[1:])
    others = tuple((name, chance / rest) for name, chance in ranking[1:])
    ranked = (*others, (REPORT, 0.0))
    if others[0][1] * understanding.similarity < CONFIDENT:
        return replace(understanding, decision="reject", ranking=ranked, candidates=())
    return replace(understanding, decision="answer", ranking=ranked, candidates=(others[0][0],))


def _of_parts(
    parts: Sequence[Part], understood: Sequence[Understanding], *, wary: bool
) -> tuple[list[str], list[str]]:
    """The topics that a message's parts ask for, in order, and those that are only told beside them. A sentence counts as a
    whole, unless its pieces are each about another topic."""
    several_asked = sum(part.asks and part.whole for part in parts) > 1
    least_of_question = SURE if wary else LIKELY if several_asked else LIKELY_ALONE
    asked: list[str] = []
    told: list[str] = []
    by_sentence: dict[int, list[tuple[Part, Understanding]]] = {}
    for part, understanding in zip(parts, understood, strict=True):
        by_sentence.setdefault(part.sentence, []).append((part, understanding))
    asking = {part.sentence for part in parts if part.asks}
    taken_up = {part.sentence - 1 for part in parts if part.asks and _ALL_OF_THOSE.search(part.text.lower())}
    for_oneself = {
        part.sentence - ago for part in parts if part.asks and asks_for_oneself(part.text) for ago in (0, 1)
    }
    for number, members in by_sentence.items():
        found = [
            (part, topic)
            for part, understanding in members
            if (
                topic := likely_topic(
                    understanding, least_of_question if part.asks else max(CONFIDENT, SURE * wary)
                )
            )
        ]
        pieces = [(part, topic) for part, topic in found if not part.whole]
        sentence = [(part, topic) for part, topic in found if part.whole]
        several = len({topic for _, topic in pieces}) > 1
        for part, topic in pieces if several or not sentence else sentence:
            listed = number in asking and not part.tells  # "how long, also your number please"
            for_me = topic in SUITABILITY and number in for_oneself
            (asked if part.asks or listed or number in taken_up or for_me else told).append(topic)
    return list(dict.fromkeys(asked)), list(dict.fromkeys(told))


def _answering(whole: Understanding, alone: Sequence[Understanding], topic: str) -> Understanding:
    """The whole message's understanding with this topic first, as likely as in the text that is surest of it."""
    intent = f"{ASK}{topic}"
    chance = max(dict(understanding.ranking).get(intent, 0.0) for understanding in (whole, *alone))
    ranking = ((intent, chance), *((name, its) for name, its in whole.ranking if name != intent))
    return replace(whole, decision="answer", ranking=ranking, candidates=(intent,))
