"""Which stretches of a message speak of something else than the wish: what was, what is asked about, an occasion."""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"[^.!?;\n]+(?:(?<=\d)\.(?=\d)[^.!?;\n]*)*[.!?;\n]*")
_BREAK = re.compile(
    r",? (?:but|so|and then|therefore)\b|, (?=can|could|please|i'd|i would|do you|is there|are there|how about)"
)
_BOOKS = re.compile(
    r"\b(?:book\w*|appointments?|consult\w*|slots?|come in|come (?:on|at|by|tomorrow|today)|see (?:you|me|someone|the|a|dr)|free|available"
    r"|availability|resched\w*|move|change|prefer\w*|suits?|works? for|fit me|squeeze|could (?:do|make|come)|can (?:do|make|come)"
    r"|would (?:like|love|prefer)|i'd (?:like|love|prefer)|wanna|want|how about|what about|anything|something|instead|openings?"
    r"|need|hop(?:e|ing)|wondering|thinking)\b"
)
_TOLD = re.compile(
    r"\b(?:had|was|were|did|since|ago|got (?:it|mine|my|needled|done|treated)|been|came|started|began|went|happened|woke|noticed"
    r"|appeared|used|tried|last (?:night|week|month|year)(?! (?:of|in)\b)|treated|born|every \d|for the (?:last|past))\b"
)
_OTHER = re.compile(
    r"\b(?:make-?up|wear|gym|exercis\w*|work ?out|scrub\w*|exfoliat\w*|swim\w*|sauna|sunbath\w*|sunscreen|shower|wash|drink|alcohol"
    r"|retinol|cream|shave|moisturis\w*|tan|heal\w*|sleep|go to (?:work|school)|back to (?:work|school)|go out|redness|red|swollen"
    r"|swelling|peel\w*|results?|take off|apply|put on)\b"
)
_HOURS = re.compile(
    r"\b(?:are|r|is) (?:you|u|ya|the clinic|it|they|your clinic)(?: guys)? (?:\w+ )?(?:open|closed|shut)\b|\bopening (?:hours|times)\b|\bdo (?:you|u|they)(?: guys)? work\b"
    r"|\b(?:do|does|when|what time|until when)\b.{0,25}\b(?:open|close|shut)\b|\bopen (?:on|at|until|till)\b"
)
_OCCASION = re.compile(
    r"\b(?:my|our|her|his|a|the) (?:\w+'?s? )?(?:wedding|birthday|party|holiday|flight|event|exams?|prom|interview|graduation|shift"
    r"|period|due date|hen (?:do|party)|surgery|operation|passport)\b(?! consult)"
)
_LEADING = re.compile(r"\b(?:before|after|for|by|until|ahead of) (?:my|our|her|his|a|the) ")
_BEFORE_ATOM = re.compile(
    r"\b(?:since|ago|every|for the (?:last|past)|dated?|dob:?|date of birth:?|birthday:?|born(?: on| in)?|aged?|turned|turn|expires?(?: on)?)(?: (?:the|my|last|on))* $"
)


def speaks_of_wish(text: str, start: int, end: int) -> bool:
    """Whether what stands there in a plain text may be a wish, by the clause around it."""
    if _BEFORE_ATOM.search(text[:start]):
        return False
    clause = _clause(text, start)
    if re.match(r" (?:ago|since|old)\b", text[end:]):
        return False
    if _HOURS.search(clause):
        return False
    books = bool(_BOOKS.search(clause))
    if _OCCASION.search(clause) and not _LEADING.search(clause) and not books:
        return False
    return books or not (_TOLD.search(clause) or _OTHER.search(clause))


def _clause(text: str, at: int) -> str:
    sentence = next((m for m in _CLAUSE.finditer(text) if m.start() <= at < m.end()), None)
    if sentence is None:
        return text
    cuts = [
        sentence.start(),
        *(m.start() for m in _BREAK.finditer(text, sentence.start(), sentence.end())),
        sentence.end(),
    ]
    return next((text[a:b] for a, b in zip(cuts, cuts[1:], strict=False) if a <= at < b), sentence.group())
