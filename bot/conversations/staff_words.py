"""What a person at the clinic writes, under which name, and by which key a repetition is known."""

from __future__ import annotations

from bot.conversations.typed_text import MOST_CHARACTERS, visible_text
from bot.errors import BotError

MOST_NAME_CHARACTERS = 200
MOST_KEY_CHARACTERS = 64


class StaffReplyError(BotError):
    """What was to be said cannot be: it is empty or too long, or has no usable name or key."""


def checked_name(name: str) -> str:
    """The name, on one line.

    Raises:
        StaffReplyError: it is empty or too long.
    """
    line = " ".join(visible_text(name).split())
    if not 0 < len(line) <= MOST_NAME_CHARACTERS:
        raise StaffReplyError(f"Please give a name of at most {MOST_NAME_CHARACTERS} characters.")
    return line


def checked_text(text: str) -> str:
    """The text without control characters and surrounding space.

    Raises:
        StaffReplyError: nothing is left, or it is longer than what a visitor may write.
    """
    words = visible_text(text).strip()
    if not words:
        raise StaffReplyError("Please write a message first.")
    if len(words) > MOST_CHARACTERS:
        raise StaffReplyError(f"Please keep a message under {MOST_CHARACTERS:,} characters.")
    return words


def message_id(key: str) -> str:
    """The id of the message that a key stands for.

    Raises:
        StaffReplyError: the key is empty or too long.
    """
    if not 0 < len(key) <= MOST_KEY_CHARACTERS:
        raise StaffReplyError(f"A reply's key has 1 to {MOST_KEY_CHARACTERS} characters.")
    return f"staff-{key}"
