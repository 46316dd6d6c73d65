"""Small changes to a sentence that leave what it asks as it was. The same sentence is always changed alike."""

from __future__ import annotations

import random
import re

SEED = 2026
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    key: row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    for row in _ROWS
    for place, key in enumerate(row)
}
# Shorter words are hardly readable with a letter wrong; where there is no longer one, four letters have to do.
_LONG_WORD, _SHORT_WORD = re.compile(r"[A-Za-z]{5,}"), re.compile(r"[A-Za-z]{4}")


def with_typo(text: str) -> str:
    """One slip in one of the long words: two letters swapped, one left out, one doubled, or a neighbouring key."""
    chance = random.Random(f"{SEED} typo {text}")
    word = chance.choice(list(_LONG_WORD.finditer(text)) or list(_SHORT_WORD.finditer(text)))
    # The first letter is seldom wrong.
    place = chance.randrange(word.start() + 1, word.end() - 1)
    letter, following = text[place], text[place + 1]
    slips = [following + letter + text[place + 2 :], text[place + 1 :], letter + text[place:]]
    slips.append(chance.choice(_NEIGHBOURS[letter]) + text[place + 1 :])
    return text[:place] + chance.choice([slip for slip in slips if slip != text[place:]])


def with_missing_space(text: str) -> str:
    """Two words run together."""
    chance = random.Random(f"{SEED} space {text}")
    place = chance.choice([match.start() for match in re.finditer(r"(?<=\w) (?=\w)", text)])
    return text[:place] + text[place + 1 :]


def without_case(text: str) -> str:
    """As many write on a phone: no capitals, no punctuation."""
    return re.sub(r"[.,?!]", "", text.lower())
