"""Phrases of the vocabulary files: how they are written, and how they are found in a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from spacy.tokens import Doc, Span, Token
from spacy.vocab import Vocab


def word_set(words: str) -> frozenset[str]:
    """The words of a line."""
    return frozenset(words.split())


_SILENT = frozenset("-–/'’‘`\"“”*_~()[]")  # marks inside a phrase that don't separate its words
_ENDS = ""  # no word is empty
_ELEMENT = re.compile(r"(?:\(([^)]+)\)|([^\s(]+))(\?)?")
_FILLERS = word_set(
    "a an the my your her his our their this that these those really very so quite just all too pretty"
    " super extremely actually literally bit little of slightly almost nearly still now also even been"
    " properly completely totally"
)


def expand(phrase: str) -> Iterator[list[str]]:
    """Every way to say a phrase, word by word.

    `|` separates alternatives of one word, brackets hold alternatives of several words, `?` marks what may be missing:
    "(feel like|about to) faint|collapse", "sun burn?".
    """
    choices: list[list[str]] = []
    for group, words, missing in _ELEMENT.findall(phrase):
        options = [option.rstrip("?") for option in (group or words).split("|")]
        choices.append([*options, ""] if missing or "?" in words else options)
    for said in product(*choices):
        yield " ".join(said).split()


def spoken_tokens(doc: Doc) -> list[Token]:
    """The tokens that carry words; hyphens, quotes, slashes, brackets and blanks are left out."""
    return [token for token in doc if token.text not in _SILENT and not token.is_space]


class PhraseFinder:
    """Finds labelled phrases by the normal forms of words, whatever the case and the hyphens."""

    def __init__(
        self,
        vocab: Vocab,
        phrases: Mapping[str, Iterable[str]],
        normalise: Callable[[str], str],
        *,
        lenient: bool,
    ) -> None:
        """`phrases` maps a label to phrases as `expand` reads them. A lenient finder lets small words stand in between."""
        self._lenient = lenient
        self._ways: dict[
            str, Any
        ] = {}  # word by word; under _ENDS stand the labels of the phrase that ends there
        for label, patterns in phrases.items():
            key = vocab.strings.add(label)
            for words in (words for pattern in patterns for words in expand(pattern)):
                self._learn([normalise(word) for word in words], key)

    def _learn(self, words: list[str], label: int) -> None:
        node = self._ways
        for word in words:
            node = node.setdefault(word, {})
        if label not in node.get(_ENDS, ()):
            node[_ENDS] = (*node.get(_ENDS, ()), label)

    def find(self, doc: Doc) -> list[Span]:
        """Every phrase in `doc`, labelled, overlapping ones included; none reaches over the end of a sentence."""
        tokens = spoken_tokens(doc)
        found = self._match(tokens)
        if self._lenient:
            found |= self._match([token for token in tokens if token.norm_ not in _FILLERS])
        spans = [Span(doc, start, end, label=label) for start, end, label in sorted(found)]
        return [span for span in spans if not any(token.is_sent_start for token in span[1:])]

    def _match(self, tokens: list[Token]) -> set[tuple[int, int, int]]:
        words = [token.norm_ for token in tokens]
        found: set[tuple[int, int, int]] = set()
        for first, token in enumerate(tokens):
            node = self._ways
            for last in range(first, len(words)):
                if (following := node.get(words[last])) is None:
                    break
                node = following
                found.update((token.i, tokens[last].i + 1, label) for label in node.get(_ENDS, ()))
        return found


def longest(spans: Iterable[Span]) -> list[Span]:
    """The spans that no longer span among them overlaps, in order of their place."""
    taken: set[int] = set()
    kept = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        if taken.isdisjoint(range(span.start, span.end)):
            taken.update(range(span.start, span.end))
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)
