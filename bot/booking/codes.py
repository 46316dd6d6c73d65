"""The code by which a visitor names a booking from elsewhere: short, easy to read aloud, and not to be guessed."""

from __future__ import annotations

import re
import secrets

# Without 0 O 1 I L, which look alike, and without vowels, so that no code is a word.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 8  # 28 to the power of 8 is 378 thousand million


def new_code() -> str:
    """A code such as `K7XM2QRP`, at random."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(text: str) -> str:
    """A code as it is stored, from one as somebody typed it: "k7xm 2qrp" and "K7XM-2QRP" are the same."""
    return re.sub(r"[\W_]", "", text).upper()
