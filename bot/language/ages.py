"""Ages that visitors mention: their own, or those of whom they ask for."""

from __future__ import annotations

import re

_AGE = re.compile(
    r"\b(?:(?:i am|he is|she is|(?:son|daughter|mum|mom|mother|dad|father|wife|husband|sister|brother) is|aged?|turned|turning)"
    r" (?P<is>\d{2})(?! ?(?:%|mm|kg|min|hour|hr|day|week|wk|month|session|year(?! old)|yr(?! old)|st|nd|rd|th|pm|am|or|-))\b"
    r"|(?P<old>\d{1,2}) ?(?:years? ?old|yrs? ?old|y ?o)\b"
    r"|\b(?:over|above|past|under|below) (?:the age of )?(?P<bound>1[0-8]|[4-8]\d)\b(?! ?(?:%|mm|kg|min|hour|day|week|month|session|year|pound|\$)))"
)


def find_ages(text: str) -> list[tuple[int, int, str]]:
    """Ages in `text` (normal forms): start, end, and teenager, adult or older_adult."""
    return [
        (m.start(), m.end(), _stage(int(m["is"] or m["old"] or m["bound"]), m)) for m in _AGE.finditer(text)
    ]


def _stage(age: int, match: re.Match[str]) -> str:
    if age < 18 or (age == 18 and match["bound"] and match.group().startswith(("under", "below"))):
        return "teenager"
    return "older_adult" if age >= 60 else "adult"
