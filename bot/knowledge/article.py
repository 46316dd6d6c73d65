"""The clinic's article: which sections it has, and whether a quote stands in one of them.

Quotes are compared literally (curly apostrophes stay curly), apart from white space: the article breaks a few
lines in the middle of a sentence and holds non-breaking spaces, so any run of white space counts as one space.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.errors import KnowledgeError

HEADING = re.compile(r"[^.,:;]{0,49}[^.,:;\s]")
"""A line that is short and does not end like a sentence: longer ones are text that was broken off."""


@dataclass(frozen=True)
class Article:
    """A title and the sections, heading to text with single spaces; the introduction stands under the title."""

    title: str
    sections: Mapping[str, str]

    def quotes(self, section: str, quote: str) -> bool:
        """Whether `quote` stands literally in that section."""
        return single_spaced(quote) in self.sections.get(section, "")


def parse_article(text: str) -> Article:
    """Split an article into sections; its first line is the title.

    Raises:
        KnowledgeError: it has no title or no text.
    """
    sections: dict[str, list[str]] = {}
    heading = ""
    for line in filter(None, map(single_spaced, text.split("\n"))):
        if HEADING.fullmatch(line):
            heading = line
            sections.setdefault(heading, [])
        else:
            sections.setdefault(heading, []).append(line)
    if "" in sections or not any(sections.values()):
        raise KnowledgeError(
            "The article does not begin with a title above its text: restore it from the repository."
        )
    return Article(next(iter(sections)), {name: " ".join(lines) for name, lines in sections.items() if lines})


def read_article(path: Path) -> Article:
    """Read an article from a UTF-8 text file.

    Raises:
        KnowledgeError: the file cannot be read or is not an article.
    """
    try:
        return parse_article(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise KnowledgeError(f"{path.name} cannot be read: restore it from the repository.") from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"{path.name} is not UTF-8 text: save it again as UTF-8.") from error


def single_spaced(text: str) -> str:
    """The text with each run of white space, non-breaking spaces among it, as one space."""
    return " ".join(text.split())
