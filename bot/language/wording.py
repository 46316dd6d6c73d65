"""Reads a message in the words of the examples: typing mistakes and words without vowels are put right.

The sentence encoder makes little of "is ther any downtme"; measured on held-out examples with mistakes put in, this
gives back two thirds of what they cost.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from bot.language.spelling import distance

# A word that this many examples hold is no mistake, and may be what a mistake meant.
KNOWN = 2
# Shorter words of the dictionary are mostly abbreviations and names.
SHORTEST_OF_DICTIONARY = 4
# Words shorter than the first have too many neighbours; from the second on, a wrong letter is forgiven too.
SHORTEST_CORRECTED, WRONG_LETTER = 4, 5
LONGEST = 24
# A word that the dictionary does not have is a slip where an example's word so near is so many times as common.
FAR_COMMONER = 8
# Of longer words one letter apart, "recovry" and "recovery", less is enough; of "weaned" and "wanted", "aloe" and "alone" not.
COMMONER, LONG = 5, 6
# A wrong letter in a shorter word is forgiven where so many examples hold the word that was meant: "tgat", "whst".
COMMON = 50

_WORDS = re.compile(r"[^\W\d_](?:[^\W\d_]|['’](?=[^\W\d_]))*")
_PIECES = re.compile(r"(?<![\w'’])[^\W_]+(?![\w'’])")
# "hav 2 come", "do 4 dat", but not "2 days after".
_TO = re.compile(
    r"(?<=[a-z] )2(?= (?:the|da|my|me|u|you|ur|your|be|b|come|cum|do|get|go|have|hav|heal|kno|know|look|pay|see|c|stop|wait|w8|wear|wash"
    r"|work)\b)",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"(?<=[a-z] )4(?= (?:the|da|my|me|u|you|ur|your|dat|that|this|dis|it|some|sum|men|women)\b)",
    re.IGNORECASE,
)
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_VOWELS = re.compile(r"[aeiou]")


class Wording:
    """Corrects the words of messages; learnt with `learn`, made again from its `counts`."""

    def __init__(
        self, counts: Mapping[str, int], dictionary: Collection[str], shorthand: Mapping[str, str] | None = None
    ) -> None:
        """`counts` says how many examples hold a word, `dictionary` are further correct words, `shorthand` what short ways of
        writing mean; all in lower case."""
        self._shorthand = shorthand or {}
        self.counts: dict[str, int] = {}
        self._known = {word for word in dictionary if len(word) >= SHORTEST_OF_DICTIONARY}
        self._by_consonants: dict[str, list[str]] = defaultdict(list)
        self._by_reduction: dict[str, list[str]] = defaultdict(list)
        commonest_first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        for word, count in commonest_first:
            if count >= KNOWN and not self._is_slip(word, count):
                self._learn(word, count)

    @classmethod
    def learn(
        cls, texts: Iterable[str], dictionary: Collection[str], shorthand: Mapping[str, str] | None = None
    ) -> Wording:
        """Learn from examples, most of whose words are right."""
        return cls(Counter(word for text in texts for word in set(_words(text))), dictionary, shorthand)

    def _learn(self, word: str, count: int) -> None:
        self.counts[word] = count
        self._known.add(word)
        self._by_consonants[_VOWELS.sub("", word)].append(word)
        for reduced in _reductions(word):
            self._by_reduction[reduced].append(word)

    def _is_slip(self, word: str, count: int) -> bool:
        """Whether the examples, which hold typing mistakes on purpose, mean a far commoner word by this one."""
        meant = self._correct(word)
        if meant == word:
            return False
        near = len(word) >= LONG and distance(word, meant) == 1
        return self.counts[meant] >= (COMMONER if near else FAR_COMMONER) * count

    def read(self, text: str) -> str:
        """`text` with shorthand and unknown words replaced by what they most likely mean; all else stays as it is."""
        return _WORDS.sub(lambda match: self._correct(match.group()), self._spell_out(text))

    def _spell_out(self, text: str) -> str:
        if not self._shorthand:
            return text
        text = _FOR.sub("for", _TO.sub("to", text))
        return _PIECES.sub(lambda match: self._shorthand.get(match.group().lower(), match.group()), text)

    def _correct(self, written: str) -> str:
        word = written.lower()
        if word in self._known or len(word) > LONGEST or "'" in word or "’" in word:
            return written
        return self._without_vowels(word) or self._drawn_out(word) or self._nearest(word) or written

    def _without_vowels(self, word: str) -> str | None:
        """ "hrt" is "hurt" rather than "heart", which fewer examples hold."""
        if len(word) < 3 or _VOWELS.search(word):
            return None
        return self._commonest(meant for meant in self._by_consonants.get(word, ()) if meant[0] == word[0])

    def _drawn_out(self, word: str) -> str | None:
        forms = (_DRAWN_OUT.sub(letters, word) for letters in (r"\1", r"\1\1"))
        return self._commonest(form for form in forms if form != word and form in self.counts)

    def _nearest(self, word: str) -> str | None:
        if len(word) < SHORTEST_CORRECTED:
            return None
        near = {meant for reduced in _reductions(word) for meant in self._by_reduction.get(reduced, ())}
        slips = {meant: distance(word, meant) for meant in near if meant[0] in word[:2]}
        least = min(slips.values(), default=3)
        if least > 2:
            return None
        nearest = [meant for meant, count in slips.items() if count == least]
        if least == 2 and len(word) < WRONG_LETTER:
            nearest = [meant for meant in nearest if self.counts[meant] >= COMMON]
        return self._commonest(nearest)

    def _commonest(self, words: Iterable[str]) -> str | None:
        return max(sorted(words), key=lambda word: self.counts[word], default=None)


def _words(text: str) -> Iterator[str]:
    return (match.group().lower() for match in _WORDS.finditer(text))


def _reductions(word: str) -> set[str]:
    """The word, and it with one letter left out: two words that one slip divides share one of them."""
    return {word, *(word[:index] + word[index + 1 :] for index in range(len(word)))}
