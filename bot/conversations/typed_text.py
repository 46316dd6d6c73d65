"""What people type: how long it may be, and which characters of it are kept."""

from __future__ import annotations

import unicodedata

MOST_CHARACTERS = 2000


def visible_text(text: str) -> str:
    """The text without control characters, lines and tabs apart; broken surrogates become question marks."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(
        character for character in whole if character in "\n\t" or unicodedata.category(character) != "Cc"
    )
