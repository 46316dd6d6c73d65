"""The parts of a message that may each ask something: sentences, clauses, and what commas and "and" join."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from bot.language.clauses import clauses
from bot.language.phrases import word_set

MOST_PARTS = 12  # of a message; a longer one is looked at by its last sentences, where the question stands
LEAST_LETTERS = 3
_JOINS = word_set("and & + also plus or n btw , / then")
_ASKS_AT_START = word_set(
    "what what's whats how how's hows when where who which why whose whom is are am was do does did can could will would"
    " should shall may might must has have any wot wat wats wen wher wots hw cn whos who's wos dus duz r wil wud cud shud"
)
_ASKS = re.compile(
    r"\b(?:want(?:ed)? to (?:know|ask|find out)|wonder(?:ing|ed)?|tell me|let me know|question|please (?:send|explain|tell)"
    r"|could you|can you|would you|do you|explain|any idea|whether|curious|need to know|like to (?:know|learn|ask)|advise"
    r"|is it|are there|is there|should i|can i|do i|will i|would i|could i|may i|might i|am i|can u|could u|do u|will u|does it"
    r"|does this|is this|any good|fixable|what|how|when|which|who|where"
    r"|is that so|talk me through|looking for|interested in)\b"
)
_TELLS = re.compile(r"(?:i|i['’]?m|i['’]ve|i['’]d|im|ive|we|we['’]re|my|there['’]?s|there) \w")


@dataclass(frozen=True)
class Part:
    """A stretch of the message that may ask something.

    Args:
        text: its words as they were written.
        sentence: number of its sentence in the message.
        asks: whether it is put as a question or a request.
        tells: whether it tells of whoever writes ("my skin is dry").
        whole: whether it is a whole sentence.
    """

    text: str
    sentence: int
    asks: bool
    tells: bool
    whole: bool


def parts_of(doc: Doc, text: str) -> list[Part]:
    """Sentences and, after each that can be divided further, its pieces; [] where there is one piece only.

    Args:
        text: the message, of which `doc` may be the lower case.
    """
    sentences = [sentence for sentence in doc.sents if _says_something(sentence)]
    pieces = [(number, piece) for number, sentence in enumerate(sentences) for piece in _pieces(sentence)]
    if len(pieces) < 2:
        return []
    found: list[Part] = []
    for number, sentence in enumerate(sentences):
        own = [piece for owner, piece in pieces if owner == number]
        found.append(_part(sentence, text, number, whole=True))
        if len(own) > 1:
            found += [_part(piece, text, number, whole=False) for piece in own]
    return found[-MOST_PARTS:]


def asks(text: str) -> bool:
    """Whether something is put as a question or a request."""
    words = text.lower().split()
    if not words:
        return False
    return "?" in text or words[0].strip(",.") in _ASKS_AT_START or bool(_ASKS.search(text.lower()))


def _part(span: Span, text: str, sentence: int, *, whole: bool) -> Part:
    words = text[span.start_char : span.end_char] if len(text) == len(span.doc.text) else span.text
    following = span.doc[span.end : span.end + 1].text if span.end < len(span.doc) else ""
    question = asks(words) or following == "?"
    return Part(words.strip(" ,;"), sentence, question, bool(_TELLS.match(span.text.lower())), whole)


def _pieces(sentence: Span) -> list[Span]:
    """The smallest parts: clauses, divided at commas and "and" where words enough stand on either side."""
    found: list[Span] = []
    for clause in clauses(sentence):
        start = clause.start
        for token in clause[1:]:
            if _divides(token) and _says_something(clause.doc[start : token.i]):
                found.append(clause.doc[start : token.i])
                start = token.i + (token.norm_ in _JOINS)
        found.append(clause.doc[start : clause.end])
    return [piece for piece in found if _says_something(piece)]


def _divides(token: Token) -> bool:
    if token.norm_ in _JOINS:
        return True
    # "whats the gadget called" begins a question of its own where the one before has ended without a mark.
    begins = token.norm_ in {"what", "how", "when", "where", "who", "which", "why", "whats", "hows", "wots"}
    return begins and token.i > token.sent.start + 2


def _says_something(span: Span) -> bool:
    letters = sum(len(token.text) for token in span if token.is_alpha and token.norm_ not in _JOINS)
    return letters >= LEAST_LETTERS
