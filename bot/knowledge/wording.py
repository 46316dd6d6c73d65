"""What an answer's words must look like: read in ten seconds, and shown by any channel."""

from __future__ import annotations

import itertools
import re

MAX_PARTS = 5  # a first sentence that answers, then at most four sentences or bullets
MAX_WORDS = 90

# What YAML 1.1 and PostgreSQL both take, without tabs, byte order marks and the rarer line breaks.
_FORBIDDEN = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_FORMATTING = re.compile(r"^[^\S\n]+\S|^#|^[*+>•] |^-(?! )|^\d+[.)] |\*\*|__|`|\]\(", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<!Dr\.)(?<!Mr\.)(?<!Ms\.)(?<!Mrs\.)(?<=[.!?])[)\"'’”]*\s+")


def sentences(text: str) -> int:
    """How many sentences a text has."""
    return len([part for part in _SENTENCE_END.split(text) if part])


def parts(body: str) -> int:
    """How many sentences a body has, those in bullets included; a bullet is at least one."""
    return sum(sentences(line.removeprefix("- ")) for line in body.split("\n") if line)


def words(text: str) -> int:
    """How many words a text has; dashes and bullets are none."""
    return sum(any(character.isalnum() for character in token) for token in text.split())


def question_key(question: str) -> str:
    """What two questions have in common when only case, spacing or punctuation differ."""
    return " ".join(re.findall(r"\w+", question.casefold().replace("'", "").replace("’", "")))


def forbidden_line(text: str) -> int | None:
    """The number, from 1, of the first line that holds a tab or a character that cannot be shown or stored."""
    found = _FORBIDDEN.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def body_fault(body: str) -> str | None:
    """Why a body cannot be used and what to do about it, or None where it is fine."""
    if not body:
        return "the answer is empty: write it below the closing ---"
    if body.startswith("- "):
        return "the answer begins with a bullet: begin with a sentence that answers"
    if formatting := _FORMATTING.search(body):
        return f"{formatting.group().strip()!r} is formatting: use plain text and '- ' bullets only"
    if broken := _broken_line(body):
        return f"the line {broken!r} breaks off: write each paragraph and each bullet on one line"
    if parts(body) > MAX_PARTS:
        return f"the answer has {parts(body)} sentences and bullets: shorten it to {MAX_PARTS}"
    if words(body) > MAX_WORDS:
        return f"the answer has {words(body)} words: shorten it to {MAX_WORDS}"
    return None


def _broken_line(body: str) -> str | None:
    lines = body.split("\n")
    for line, following in itertools.pairwise(lines):
        goes_on = following and not following.startswith("- ")
        if line and goes_on and line[-1] not in ".!?:":
            return line
    return None
