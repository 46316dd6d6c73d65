"""Puts the words of time in a message into one spelling: "had it yday @ 5, 36hrs" → "had it yesterday at 5, 36 hours"."""

from __future__ import annotations

import re
import unicodedata

from bot.language.spelling import Speller

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
MONTH = rf"(?:{'|'.join(MONTHS)})"
WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})"

LONGEST = 2_000  # characters that are read: what a channel accepts
_SHORTHAND = {
    "tomorrow": "tmrw tmr tmw tmrow tmoro tmorrow tomoz tomoro tomoro tomo tommorow 2moro 2morrow 2mrw 2moz 2mo",
    "yesterday": "yday yest ystrdy ystday yesterdy yestrday yesturday yestday ysterday yestie yestarday",
    "today": "2day tday 2dy todya tody",
    "tonight": "2nite tonite 2night tnite 2nyt tonyt toinght",
    "night": "nite nyt nihgt ngiht",
    "morning": "mornin morn mrng mornign moring",
    "afternoon": "arvo aft afternon aftrnoon afternoo afternn",
    "evening": "evenin evning eveing",
    "weekend": "wknd wkend wkd weeknd weekned",
    "fortnight": "fortnite fornight fortnigt",
    "hour": "hr hurs", "hours": "hrs hors houres huors hous",
    "minute": "min mins minuets minuet minutes",
    "day": "dy", "days": "dys dayz dyas",
    "week": "wk weeek", "weeks": "wks weeeks weks wekks",
    "month": "mth mnth", "months": "mths mnths monhts",
    "year": "yr", "years": "yrs",
    "monday": "mon mondy", "tuesday": "tue tues tuesdy tusday tuseday", "wednesday": "weds wensday wednsday wendsday"
    " wednesdy",
    "thursday": "thu thur thurs thurdsay thrusday thusday", "friday": "fri firday frday fridy fridya",
    "saturday": "satuday saterday satday", "sunday": "sundy sudnay",
    "before": "b4 bfore befor", "last": "lst", "next": "nxt", "ago": "agoo aog", "since": "sinse snce",
    "because": "bc cos coz cuz bcos", "and": "n nd", "after": "aftr", "appointment": "appt apt appmt apptment appointmnt",
    "fifteen": "fiveteen",
}  # fmt: skip
_WORD_OF = {short: word for word, shorts in _SHORTHAND.items() for short in shorts.split()}
_CORRECT = (*WEEKDAYS, "yesterday", "tomorrow", "tonight", "weekend", "fortnight", "afternoon", "evening",
            "january", "february", "august", "september", "october", "november", "december")  # fmt: skip
_RESEMBLING = ("evening", "events", "weekends", "today", "fortnights", "afternoons", "morning")
_SPELLER = Speller(_CORRECT, _RESEMBLING, _WORD_OF)

_ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "ninety": 90}
_COMPOUND = re.compile(rf"\b({'|'.join(_TENS)})(?:[- ]({'|'.join(list(_ONES)[:9])}))?\b")
_SINGLE = re.compile(rf"\b({'|'.join(list(_ONES)[1:])})\b")
_ONE = re.compile(
    r"\bone(?= ?(?:am|pm|o'?clock|minute|hour|day|night|week|month|year)s?\b| in the (?:morning|afternoon)|[- ]day\b)"
    r"|(?<=\bat )one\b|(?<=\bpast )one\b|(?<=\bto )one(?=[.,!?]|$)|(?<=\bhalf )one\b"
)
_ORDINALS = {
    word: number for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
        " sixteenth seventeenth eighteenth nineteenth twentieth".split(), 1)
} | {"thirtieth": 30}  # fmt: skip
_ORDINAL = "|".join(_ORDINALS)
# "the second session" is no date: a word must stand beside a month or a day of the week.
_DATED = re.compile(
    rf"(?:\b(?P<tens>20|30)[- ])?\b(?P<word>{_ORDINAL})(?= (?:of )?{MONTH}\b| day (?:since|after|post|now)\b)"
    rf"|(?<=day the )(?P<after>{_ORDINAL})\b"
)
_SHORT_MONTHS = {month[:3]: month for month in MONTHS if month != "may"} | {"sept": "september"}
_SHORT_MONTH = re.compile(
    rf"(?P<before>\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?)(?P<first>{'|'.join(_SHORT_MONTHS)})\b"
    rf"|\b(?P<second>{'|'.join(_SHORT_MONTHS)})(?= \d{{1,2}}(?:st|nd|rd|th)?\b)"
)
# "sat", "sun" and "wed" are words of their own: what stands before or behind must speak of a day.
_SHORT_DAY = re.compile(r"\b(?:sat|sun|wed)\b")
_LEADS_TO_DAY = re.compile(r"\b(?:on|this|next|last|by|until|till?|since|for) $")
_FOLLOWS_DAY = re.compile(
    r" (?:morning|afternoon|evening|night|lunchtime|at \d|\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)\b|the \d)"
)
_ENDS_AFTER_DAY = re.compile(r" ?[,.?!]|$| (?:if|and|or|but)\b")
_NO_DAY_BEFORE = re.compile(r"\b(?:i|we|and|have|just|been|to|get|the) $")
_NO_DAY_AFTER = re.compile(r" (?:exposure|cream|screen|block|bed|burn|damage|tan|lounger|spots?|hat|is|was)\b")
_DAY_OF = {"sat": "saturday", "sun": "sunday", "wed": "wednesday"}
_REPLACED: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"[‘’´`]"), "'"),
    (re.compile(r"[–—]"), " - "),
    (re.compile(r"(\d) ?½"), r"\1.5"),
    (re.compile(r"½|\b1/2(?= (?:an? )?(?:hour|hr|day|week))"), "half "),
    (re.compile(r"\by'day\b"), "yesterday"),
    (re.compile(r"@ ?"), " at "),
    (re.compile(r"(?<=\d)(?=(?:hrs?|hours?|h|min|mins|minutes?|days?|d|wks?|weeks?|w|mths?|months?)\b)"), " "),
    (re.compile(r"(?<=\d )h\b"), "hours"),
    (re.compile(r"(?<=\d )d\b"), "days"),
    (re.compile(r"(?<=\d )w\b"), "weeks"),
    (re.compile(r"\ba\.m\b\.?|(?<=\d) ?a\.? ?m\b"), " am"),
    (re.compile(r"\bp\.m\b\.?|(?<=\d) ?p\.? ?m\b"), " pm"),
    (re.compile(r"\bo ?'? ?clock\b"), "o'clock"),
    (re.compile(r"\bmicro[- ]?n(?:ee?d|ede)"), "microneed"),
    (re.compile(r"\bmake[- ]ups?\b"), "makeup"),
    (re.compile(r"(day|week|month|hour|morning|afternoon|evening|night|tomorrow)'s\b"), r"\1"),
    (re.compile(r"\b(day|week|hour|month|year)s'"), r"\1s"),
    (re.compile(r"\b(\w{3,}day)s\b"), r"\1"),
    (re.compile(r"(?<=\d)ish\b"), ""),
    (re.compile(r"[^\S\n]+"), " "),
]  # fmt: skip
_WORD = re.compile(r"[a-z0-9]+")


def normalise(text: str) -> str:
    """`text` in lower case with times, numbers and units in their plain spelling; marks and line breaks stay."""
    plain = unicodedata.normalize("NFC", text[:LONGEST]).lower()
    for pattern, replacement in _REPLACED:
        plain = pattern.sub(replacement, plain)
    plain = _WORD.sub(lambda word: _spelt(word.group()), plain)
    plain = _COMPOUND.sub(lambda m: str(_TENS[m[1]] + _ONES.get(m[2] or "", 0)), plain)
    plain = _SINGLE.sub(lambda m: str(_ONES[m[1]]), plain)
    plain = _ONE.sub("1", plain)
    plain = _SHORT_MONTH.sub(
        lambda m: (m["before"] or "") + _SHORT_MONTHS[m["first"] or m["second"]],
        plain,
    )
    plain = _DATED.sub(_ordinal, plain)
    return _SHORT_DAY.sub(_day, plain).strip()


def _day(match: re.Match[str]) -> str:
    before, text, end = match.string[max(0, match.start() - 8) : match.start()], match.string, match.end()
    led = _LEADS_TO_DAY.search(before) and not _NO_DAY_AFTER.match(text, end)
    ends = match.group() != "sun" and _ENDS_AFTER_DAY.match(text, end) and not _NO_DAY_BEFORE.search(before)
    return _DAY_OF[match.group()] if led or ends or _FOLLOWS_DAY.match(text, end) else match.group()


def _spelt(word: str) -> str:
    return _SPELLER.correct(word) if word.isascii() and not word.isdigit() else word


def _ordinal(match: re.Match[str]) -> str:
    return f"{int(match['tens'] or 0) + _ORDINALS[match['word'] or match['after']]}th"
