"""One knowledge entry as a Markdown file with front matter: reading it strictly, and writing it back.

Front matter is read as YAML in which every value is text, so that `- no` or `- 10:30` stay what was typed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError, YAMLWarning

from bot.errors import KnowledgeError
from bot.knowledge.article import Article
from bot.knowledge.entry import (
    RULES_OF_TIME,
    Entry,
    check_numbers,
    check_rules_of_time,
    check_sources,
    make_entry,
)
from bot.knowledge.wording import forbidden_line

FENCE = "---"
KEYS = ("slug", "title", "status", "sources", "clinic", "questions", "short", "caution", *RULES_OF_TIME)
_PLAIN = re.compile(r"[A-Za-z0-9](?:[\w ,.;'’?!()/%&+-]|:(?! |$))*(?<! )")


def read_entry(path: Path, article: Article) -> Entry:
    """Read one file; its name must be the entry's slug.

    Raises:
        KnowledgeError: the file cannot be used; the message names it and says what to do.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise KnowledgeError(f"{path.name} cannot be read: check that it is a file you may open.") from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"{path.name} is not UTF-8 text: save it again as UTF-8.") from error
    entry = parse_entry(text, name=path.name, article=article)
    if path.name != f"{entry.slug}.md":
        raise KnowledgeError(f"{path.name}: the slug is {entry.slug!r}: rename the file to {entry.slug}.md.")
    return entry


def parse_entry(text: str, *, name: str, article: Article) -> Entry:
    """Parse the text of one file; `name` is how errors call it. Windows line ends are taken as plain ones.

    Raises:
        KnowledgeError: anything in it is not as it should be; the message says what to do.
    """
    text = text.replace("\r\n", "\n")
    if line := forbidden_line(text):
        fault = f"line {line} holds a tab or a character that cannot be shown: use spaces, or delete it"
        raise KnowledgeError(f"{name}: {fault}.")
    front, body = _split(text, name)
    values = _front_matter(front, name)
    if values.get("sources"):
        values["article"] = article.title
    entry = make_entry({**values, "body": body}, name=name)
    check_sources(entry, article, name=name)
    check_numbers(entry, name=name)
    check_rules_of_time(entry, name=name)
    return entry


def render_entry(entry: Entry) -> str:
    """The Markdown of an entry; `parse_entry` gives the same entry back, and that the same bytes."""
    return "\n".join([FENCE, *_front_lines(entry), FENCE, entry.body, ""])


def _split(text: str, name: str) -> tuple[str, str]:
    lines = [line.rstrip() for line in text.split("\n")]
    if lines[0] != FENCE:
        raise KnowledgeError(f"{name}: the first line is not ---: begin the file with the front matter.")
    if FENCE not in lines[1:]:
        raise KnowledgeError(f"{name}: the front matter is not closed: add a line --- above the answer.")
    end = lines.index(FENCE, 1)
    return "\n".join(lines[1:end]), "\n".join(lines[end + 1 :])


def _front_matter(front: str, name: str) -> dict[str, Any]:
    values = _load_yaml(front, name)
    unknown = [str(key) for key in values if key not in KEYS]
    if unknown:
        raise KnowledgeError(
            f"{name}: {unknown[0]!r} is not a known key: remove it, or use one of {', '.join(KEYS)}."
        )
    if "clinic" in values and values["clinic"] != "true":
        raise KnowledgeError(
            f"{name}: 'clinic' can only be true: correct it, or remove the line and give sources."
        )
    if "clinic" not in values and "sources" not in values:
        raise KnowledgeError(f"{name}: 'sources' is missing: quote the article there, or write clinic: true.")
    return values


def _load_yaml(front: str, name: str) -> dict[Any, Any]:
    try:
        values = YAML(typ="base", pure=True).load(front)
    except (YAMLError, YAMLWarning) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" near line {mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        advice = "put text that holds a colon or a quotation mark in double quotes"
        raise KnowledgeError(
            f"{name}: the front matter is not valid YAML{place} ({problem}): {advice}."
        ) from error
    except (RecursionError, LookupError, TypeError, ValueError) as error:
        raise KnowledgeError(
            f"{name}: the front matter is not valid YAML: write it as `key: value` lines."
        ) from error
    if not isinstance(values, dict):
        raise KnowledgeError(f"{name}: the front matter is not a list of keys: write it as `key: value` lines.")
    return values


def _front_lines(entry: Entry) -> Iterator[str]:
    yield f"slug: {entry.slug}"
    yield f"title: {_scalar(entry.title)}"
    yield f"status: {entry.status}"
    yield from ["clinic: true"] if entry.clinic else _source_lines(entry)
    yield "questions:"
    yield from (f"- {_scalar(question)}" for question in entry.questions)
    for key in ("short", "caution", *RULES_OF_TIME):
        if text := getattr(entry, key):
            yield f"{key}: {_scalar(text)}"


def _source_lines(entry: Entry) -> Iterator[str]:
    yield "sources:" if entry.sources else "sources: []"
    for source in entry.sources:
        yield f"- section: {_quoted(source.section)}"
        yield "  quotes:"
        yield from (f"  - {_quoted(quote)}" for quote in source.quotes)


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
