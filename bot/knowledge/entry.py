"""One knowledge entry as it is written: its fields and the rules they keep, wherever it comes from."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Literal

from pydantic import BaseModel, Extra, Field, StrictStr, ValidationError, validator

from bot.errors import KnowledgeError
from bot.knowledge.article import Article, single_spaced
from bot.knowledge.period import parse_period
from bot.knowledge.wording import body_fault, forbidden_line, question_key, sentences

_NUMBER = re.compile(r"\d+")
RULES_OF_TIME = ("wait", "gone_within", "right_away")
_ADVICE = {
    "value_error.missing": "is missing: add it to the front matter",
    "value_error.extra": "is not a known key: remove it or correct its spelling",
    "type_error.str": "is not text: write one line, in double quotes if it holds a colon",
    "type_error.tuple": "is not a list: write each item on a line of its own that begins with '- '",
    "value_error.str.regex": "may hold only small letters, digits and _, and begins with a letter: correct it",
    "value_error.const": "can only be draft, approved or retired: choose one",
    "type_error.dict": "is not a section with quotes: write '- section: ...' and 'quotes:' below it",
}


class _Strict(BaseModel):
    class Config:
        extra = Extra.forbid
        frozen = True

    @validator("*", each_item=True)
    def _printable(cls, value: Any) -> Any:
        if isinstance(value, str) and forbidden_line(value):
            raise ValueError("holds a tab or a character that cannot be shown: delete it")
        return value


class Source(_Strict):
    """A section of the article and the literal quotes in it that an answer rests on."""

    section: StrictStr
    quotes: tuple[StrictStr, ...]

    @validator("section", "quotes", each_item=True)
    def _one_line(cls, text: str) -> str:
        return _filled(text)

    @validator("quotes")
    def _some(cls, quotes: tuple[str, ...]) -> tuple[str, ...]:
        return _not_empty(quotes)


class Entry(_Strict):
    """An answer with all that belongs to it.

    An entry rests on `sources` in the article titled `article`, or is the clinic's own: with `clinic`, the body
    is what is said while the clinic has given no answer; without either, the body is the clinic's answer.

    Three rules of time may stand beside the words, for messages that say when the treatment was: for at least how
    long to `wait`, within what time it is usually `gone`, and what may be done `right_away`.
    """

    slug: StrictStr = Field(regex=r"\A[a-z][a-z0-9_]{0,63}\Z")
    title: StrictStr = Field(max_length=120)
    status: Literal["draft", "approved", "retired"]
    article: StrictStr = ""
    sources: tuple[Source, ...] = ()
    clinic: bool = False
    questions: tuple[StrictStr, ...]
    short: StrictStr = ""
    caution: StrictStr = ""
    wait: StrictStr = ""
    gone_within: StrictStr = ""
    right_away: StrictStr = ""
    body: StrictStr

    @validator("title", "questions", each_item=True)
    def _one_line(cls, text: str) -> str:
        return _filled(text)

    @validator("short", "caution")
    def _few_sentences(cls, text: str, field: Any) -> str:
        text, most = single_spaced(text), {"short": 2, "caution": 1}[field.name]
        if sentences(text) > most:
            raise ValueError(f"has {sentences(text)} sentences: shorten it to {most}")
        return text

    @validator("wait", "gone_within")
    def _length_of_time(cls, text: str) -> str:
        return parse_period(_filled(text)).words

    @validator("right_away")
    def _activities(cls, text: str) -> str:
        return _filled(text)

    @validator("questions")
    def _asked_once(cls, questions: tuple[str, ...]) -> tuple[str, ...]:
        if len({question_key(question) for question in questions}) < len(questions):
            raise ValueError("holds the same question twice: remove one")
        return _not_empty(questions)

    @validator("clinic")
    def _one_owner(cls, clinic: bool, values: dict[str, Any]) -> bool:
        if clinic and values.get("sources"):
            raise ValueError("cannot stand beside sources: remove one of the two")
        return clinic

    @validator("body")
    def _readable(cls, body: str) -> str:
        body = "\n".join(line.rstrip() for line in body.split("\n")).strip("\n")
        if fault := body_fault(body):
            raise ValueError(fault)
        return body

    def content(self) -> dict[str, Any]:
        """The entry as plain JSON values; rules of time that it doesn't have are left out."""
        content: dict[str, Any] = json.loads(self.json())
        return {key: value for key, value in content.items() if value or key not in RULES_OF_TIME}

    def content_hash(self) -> str:
        """SHA-256 over everything the entry says: equal exactly when two entries are."""
        text = json.dumps(self.content(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def make_entry(values: dict[str, Any], *, name: str) -> Entry:
    """Build an entry; `name` is the file or form that the values come from.

    Raises:
        KnowledgeError: a value is missing, unknown or breaks a rule; the message names it and says what to do.
    """
    try:
        return Entry(**values)
    except ValidationError as error:
        raise KnowledgeError(f"{name}: {_first_fault(error)}.") from error


def check_sources(entry: Entry, article: Article, *, name: str) -> None:
    """Check that every quote stands literally in the section that it names.

    Raises:
        KnowledgeError: a section or a quote is not in the article.
    """
    for source in entry.sources:
        if source.section not in article.sections:
            known = "; ".join(article.sections)
            raise KnowledgeError(f"{name}: the article has no section {source.section!r}: use one of {known}.")
        for quote in source.quotes:
            if not article.quotes(source.section, quote):
                place = f"in the article's section {source.section!r}"
                raise KnowledgeError(
                    f"{name}: the quote {quote!r} is not {place}: copy it from there, letter by letter."
                )


def check_numbers(entry: Entry, *, name: str) -> None:
    """Check that every number that an entry from the article states stands in one of its quotes.

    Raises:
        KnowledgeError: it states a number of its own.
    """
    quoted = {
        number for source in entry.sources for quote in source.quotes for number in _NUMBER.findall(quote)
    }
    for text in (entry.body, entry.short, entry.caution):
        for number in _NUMBER.findall(text) if entry.sources else ():
            if number not in quoted:
                raise KnowledgeError(
                    f"{name}: the number {number} stands in none of its quotes: correct it or quote it."
                )


def check_rules_of_time(entry: Entry, *, name: str) -> None:
    """Check that the words of every rule of time stand in one of the quotes of an entry from the article.

    Raises:
        KnowledgeError: a rule says what no quote says.
    """
    for rule in RULES_OF_TIME if entry.sources else ():
        words = getattr(entry, rule)
        if words and not any(_says(quote, words) for source in entry.sources for quote in source.quotes):
            raise KnowledgeError(
                f"{name}: {rule!r} says {words!r}, which stands in none of its quotes: correct it or quote it."
            )


def _says(quote: str, words: str) -> bool:
    return bool(re.search(rf"\b{re.escape(words)}\b", quote))


def _filled(text: str) -> str:
    text = single_spaced(text)
    if not text:
        raise ValueError("is empty: fill it in")
    return text


def _not_empty(items: tuple[str, ...]) -> tuple[str, ...]:
    if not items:
        raise ValueError("is an empty list: give at least one")
    return items


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    where = " ".join(str(part + 1 if isinstance(part, int) else part) for part in fault["loc"])
    return f"'{where}' {_ADVICE.get(fault['type'], fault['msg'])}"
