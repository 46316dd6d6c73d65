"""Puts a message in which a time may be wished for into plain spelling, without what only looks like a time."""

from __future__ import annotations

import re

from bot.language.time_words import LONGEST, MONTHS, WEEKDAY, WEEKDAYS, normalise

_DAYS_OF_WEEK = "mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun"
_BEFORE: list[tuple[re.Pattern[str], str]] = [
    (re.compile(rf"(?<!any )(?<!every )\b((?:{_DAYS_OF_WEEK})day)s\b", re.I), r"every \1"),
    (re.compile(r"\b(\d{1,2}(?:[:.]\d\d)?) ?-?ish\b", re.I), r"about \1"),
    (re.compile(r"(?<=\d)T(?=\d\d:\d\d)"), " "),
    (re.compile(r"(?<=\d\d:\d\d):\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"), ""),
    (re.compile(r"\b([01]?\d|2[0-3])h([0-5]\d)\b", re.I), r"\1:\2"),
    (re.compile(r"\b([01]\d|2[0-3])([0-5]\d) ?(?:hrs|hours)\b", re.I), r"\1:\2"),
    (re.compile(r"\b(?:mid[ -]?day|noon ?time)\b", re.I), "noon"),
    (re.compile(r"\bnew years?\b(?!'| eve| day)", re.I), "new year's day"),
    (re.compile(r"\bmid[ -](?=week\b|morning\b|afternoon\b)", re.I), "mid "),
]  # fmt: skip
_NOT_NAMES = "Morning|Afternoon|Evening|Night|At|After|Before|Or|And|Please|Pls|Is|Works|Would|PM|AM|Pm|Am|Week|Next|From|Lunchtime"
_NAMED_SO = re.compile(  # "I'm Wednesday Addams", "April May"
    r"(?:\b(?:[Ii]'?m|[Ii] am|[Tt]his is|[Ii]t'?s|[Nn]ame is) |^\s*)"
    rf"(?:{'|'.join(day.capitalize() for day in WEEKDAYS)}|April|May|June|August) (?!(?:{_NOT_NAMES})\b)[A-Z][a-z]+(?=\s*$|[,.!]| and )"
)
_EMAIL = re.compile(r"[^\s<>,;:()]+@[^\s<>,;:()]+\.[^\s<>,;:()]+")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+", re.I)
_PHONE = re.compile(r"\+\d[\d\s().-]{5,22}\d|(?<![\d/.:-])\(?\d(?:[\s().-]{0,2}\d){6,16}(?![\d/:])")
_ISO_DATE = re.compile(r"\d{4}-\d\d?-\d\d?|\d\d?[.-]\d\d?[.-]\d{2,4}")
_NAME = re.compile(
    r"\b(?:my (?:full )?name(?:'?s| is)?|name is|name:)[ :]+[^,.;!?\n]*?(?= and | - |[,.;!?\n]|$)", re.I
)

_MONTH_OF = {month[:3]: month for month in MONTHS} | {"sept": "september"}
_DAY_OF = {day[:3]: day for day in WEEKDAYS}
_SHORT = {
    "pls": "please",
    "plz": "please",
    "btwn": "between",
    "asap": "as soon as possible",
    "thx": "thanks",
    "thrs": "thursday",
    "tmo": "tomorrow",
    "xmas": "christmas",
}
_ORDINALS = {"first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th",
             "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th", "eleventh": "11th", "twelfth": "12th"}  # fmt: skip
_BOTH_NEXT_WEEK = re.compile(rf"\b(?<!week )({WEEKDAY})( or | and |/)({WEEKDAY}),? (?:of )?next week\b")
_ENDS = r"(?=[,.!?]|$| at\b| in the\b| of\b| or\b| please\b)"
_AFTER: list[tuple[re.Pattern[str], str]] = [
    (re.compile(rf"(?<=\d[ -])({'|'.join(_MONTH_OF)})(?:\.|(?=[ -]\d\d))"), "MONTH"),
    (re.compile(rf"\b({'|'.join(_MONTH_OF)})\.(?= ?\d)"), "MONTH"),
    (re.compile(rf"(?:(?<=day or )|(?<=day and )|(?<=any )|(?<=every )|(?<=day-)|(?<=day/))(sat|sun|wed)\b"
                rf"|\b(sat|sun|wed)(?=(?: or | and | & |/|-| ?, ?)(?:{WEEKDAY}|sun|sat)\b| (?:the )?\d{{1,2}}(?:st|nd|rd|th)\b)"),
     "DAY"),
    (re.compile(rf"(?<=\bthe )({'|'.join(_ORDINALS)}){_ENDS}"), "ORDINAL"),
]  # fmt: skip


def wording(text: str) -> str:
    """The text in lower case and plain spelling; names, phone numbers and addresses are blanked out."""
    plain = text[:LONGEST]
    for pattern in (_EMAIL, _ADDRESS, _NAMED_SO, _NAME):
        plain = pattern.sub(" _ ", plain)
    plain = _PHONE.sub(lambda m: m.group() if _ISO_DATE.search(m.group()) else " _ ", plain)
    for pattern, replacement in _BEFORE:
        plain = pattern.sub(replacement, plain)
    return _without_shorthand(normalise(plain))


def _without_shorthand(plain: str) -> str:
    for pattern, kind in _AFTER:
        plain = pattern.sub(lambda m, kind=kind: _whole(kind, m[m.lastindex or 0]), plain)  # type: ignore[misc]
    plain = _BOTH_NEXT_WEEK.sub(r"next week \1\2next week \3", plain)
    return re.sub(rf"\b(?:{'|'.join(_SHORT)})\b", lambda m: _SHORT[m.group()], plain)


def _whole(kind: str, word: str) -> str:
    return {"MONTH": _MONTH_OF, "DAY": _DAY_OF, "ORDINAL": _ORDINALS}[kind][word]
