"""Reads words as they were meant: shorthand, drawn-out letters and slips of the pen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

MIN_LENGTH = 6  # shorter words have too many neighbours
TWO_SLIPS = 9  # from this length on, two slips are forgiven
_ALIKE = (
    "aeiouy",
    "csk",
    "sz",
    "mn",
    "gj",
    "td",
    "pb",
)  # letters written for one another; others count as two slips
_DRAWN_OUT = re.compile(r"(.)\1{2,}")


class Speller:
    """Corrects words to the nearest of a list, by edit distance (neighbouring letters swapped count as one slip)."""

    def __init__(self, known: Collection[str], leave: Collection[str], shorthand: Mapping[str, str]) -> None:
        """`known` are the words to find, `leave` correct words that resemble them, `shorthand` maps token to word."""
        self._shorthand = shorthand
        self._leave = frozenset(leave) | frozenset(known)
        self._index: dict[str, set[str]] = defaultdict(set)
        for word in known:
            if len(word) >= MIN_LENGTH and word.isalpha():
                for reduced in _reductions(word, slips=_allowed(word)):
                    self._index[reduced].add(word)
        self._cache: dict[str, str] = {}

    def correct(self, word: str) -> str:
        """The word that `word` (lower case) stands for; itself where nothing is near enough."""
        if word not in self._cache:
            if len(self._cache) > 20_000:
                self._cache.clear()
            self._cache[word] = self._look_up(word)
        return self._cache[word]

    def _look_up(self, word: str) -> str:
        for form in (word, _DRAWN_OUT.sub(r"\1\1", word), _DRAWN_OUT.sub(r"\1", word)):
            if form in self._shorthand:
                return self._shorthand[form]
            if form in self._leave:
                return form
        form = _DRAWN_OUT.sub(r"\1", word)
        return self._nearest(form) if MIN_LENGTH - 1 <= len(form) <= 24 and form.isalpha() else word

    def _nearest(self, word: str) -> str:
        near = {k for reduced in _reductions(word, slips=_allowed(word)) for k in self._index.get(reduced, ())}
        ranked = sorted(
            (distance(word, other), word[-1] != other[-1], other) for other in near if _kin(word, other)
        )
        if ranked and ranked[0][0] <= min(_allowed(word), _allowed(ranked[0][2])):
            return ranked[0][2]
        return word


def distance(left: str, right: str) -> int:
    """Slips between two words: a letter added, dropped, swapped with its neighbour or written for one that sounds alike
    is one, any other letter exchanged is two (a restricted Damerau-Levenshtein distance)."""
    before: list[int] = []
    above = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + _exchange(a, b))
            if i > 1 and j > 1 and a == right[j - 2] and b == left[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]


def _exchange(a: str, b: str) -> int:
    return 0 if a == b else 1 if any(a in letters and b in letters for letters in _ALIKE) else 2


def _allowed(word: str) -> int:
    return 2 if len(word) >= TWO_SLIPS else 1


def _kin(word: str, other: str) -> bool:
    return word[0] == other[0] or word[:2] == other[1::-1]


def _reductions(word: str, *, slips: int) -> Iterator[str]:
    """The word with up to `slips` letters left out: two words within that distance share one of them."""
    forms = {word}
    for _ in range(slips):
        forms |= {form[:i] + form[i + 1 :] for form in forms for i in range(len(form))}
    yield from forms
