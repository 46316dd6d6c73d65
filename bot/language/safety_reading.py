"""The words of the safety rules in messages, as plain values: quicker to compare than spaCy's spans."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from spacy.tokens import Doc

from bot.language.context import Status

_OVER = frozenset({Status.NEGATED.value, Status.RESOLVED.value})


class Mention(NamedTuple):
    """A phrase of a family: in which message and sentence, from and to which word, and how it is meant (`Status`)."""

    family: str
    message: int
    sentence: int
    start: int
    end: int
    status: str | None


def read_mentions(docs: Sequence[Doc]) -> dict[str, list[Mention]]:
    """The mentions in the messages `docs`, oldest first, by family; without those that a later message takes back."""
    found: dict[str, list[Mention]] = {}
    for number, doc in enumerate(docs):
        mentions = _read(doc, number)
        for family in _taken_back(mentions):
            found.pop(family, None)
        for mention in mentions:
            found.setdefault(mention.family, []).append(mention)
    return found


def _read(doc: Doc, number: int) -> list[Mention]:
    starts = [sentence.start for sentence in doc.sents] if len(doc) else []
    return [
        Mention(
            span.label_,
            number,
            bisect_right(starts, span.start),
            span.start,
            span.end,
            span._.status,
        )
        for span in doc.spans.get("signs", ())
    ]


def _taken_back(mentions: Sequence[Mention]) -> set[str]:
    """Families of which the message says only that they aren't there or are over."""
    over = {m.family for m in mentions if m.status in _OVER}
    return over - {m.family for m in mentions if m.status not in _OVER}
