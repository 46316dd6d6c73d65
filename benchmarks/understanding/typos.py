"""One slip of the pen in a message, as people's fingers make them."""

from __future__ import annotations

import random
import re

_WORD = re.compile(r"[A-Za-z]{4,}")
_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip


def with_typo(text: str, *, seed: int) -> str:
    """The text with one letter of one of its longer words left out, doubled, exchanged with the next, or taken from the key
    beside it; unchanged where it has no word of four letters. The same seed makes the same slip."""
    chance = random.Random(f"{seed}:{text}")  # noqa: S311 - a benchmark is no secret
    words = list(_WORD.finditer(text))
    if not words:
        return text
    word = chance.choice(words)
    place = chance.randrange(word.start() + 1, word.end() - 1)
    letter, following = text[place], text[place + 1]
    wrong = chance.choice(_NEIGHBOURS[letter.lower()])
    slip = chance.choice(["", letter * 2, following + letter, wrong])
    end = place + 2 if slip == following + letter else place + 1
    return text[:place] + slip + text[end:]
