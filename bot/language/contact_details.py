"""Finding a name, a phone number or an e-mail address in what somebody typed.

Phone numbers are read and checked by `phonenumbers` (Google's libphonenumber), addresses by `email-validator`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email

NAME_LENGTH = 100
MOST_NAME_WORDS = 5
_INTRODUCTION = re.compile(
    r"^\W*(?:(?:hi|hello|hey|sure|ok|okay|yes|yeah|no)\b[\s,.!-]*)*"
    r"(?:(?:it'?s|its|my (?:full )?name(?:'?s| is)?|name(?:'?s| is)?|i am|i'?m|this is|call me)\b[\s:,-]*)+",
    re.IGNORECASE,
)
_LEFT_OVER = re.compile(
    r"(?:[\s,.;:-]+(?:and|at|on|or|my|phone|number|no|mobile|tel|e-?mail|mail|is))*[\s,.;:-]*$", re.IGNORECASE
)
_AROUND = " .,;:!-–()"
# Words of which sentences are made and names are not.
_SENTENCE_WORDS = frozenset(
    """a about after and any are be before can did does for from had has have how i if in is it me my no not of on or please
    pls r she should so than that the then there they this to u was we what when where which who why with would you your
    fuck off""".split()
)
_NOT_IN_NAMES = re.compile(r"[0-9@<>{}\[\]=;/\\?!$%*_+|~^\"]")
_DIGITS = re.compile(r"\+?\d[\d\s().-]{5,20}\d")
# Day, month and year in either order, or a time of day; not a part of a longer number.
_DATES_AND_TIMES = re.compile(
    r"(?<![\d+])(?<![\d+][ .-])(?:(?:19|20)\d\d[-/. ]\d\d?[-/. ]\d\d?|\d\d?[-/. ]\d\d?[-/. ](?:19|20)\d\d"
    r"|\d\d?[-/.]\d\d?[-/.]\d\d|\d\d?:\d\d)(?!\d)"
)
_EMAIL = re.compile(r"[^\s<>,;:()]+@[^\s<>,;:()]+")


@dataclass(frozen=True)
class ContactDetails:
    """How to reach somebody: a phone number in E.164 form, an e-mail address, or both."""

    phone: str | None = None
    email: str | None = None


def find_name(text: str) -> str | None:
    """The person's name, or None where the text does not read as one. Apostrophes, hyphens and any script are fine."""
    line = " ".join(text.split())
    name = _LEFT_OVER.sub("", _INTRODUCTION.sub("", line, count=1)).strip(_AROUND)
    words = name.split()
    if not words or len(words) > MOST_NAME_WORDS or len(name) > NAME_LENGTH:
        return None
    if (
        _NOT_IN_NAMES.search(name)
        or _SENTENCE_WORDS & {word.lower() for word in words}
        or sum(letter.isalpha() for letter in name) < 2
    ):
        return None
    return name


def introduces_itself(text: str) -> bool:
    """Whether the text says outright that a name follows ("my name is …")."""
    return bool(_INTRODUCTION.match(" ".join(text.split())))


def find_contact(text: str, *, country: str = "") -> ContactDetails | None:
    """The phone number and e-mail address in the text, or None where there is neither.

    Args:
        country: two letters, by which a number without a country code is read; empty: such a number is kept as typed
            when it has 7 to 15 digits (the longest that ITU-T E.164 allows).
    """
    details = ContactDetails(phone=_find_phone(text, country), email=_find_email(text))
    return details if details.phone or details.email else None


def without_contact(text: str, *, country: str = "") -> str:
    """The text with its e-mail addresses and phone numbers taken out: what is left may be a name."""
    rest = _EMAIL.sub(" ", text)
    for match in reversed(_phone_matches(rest, country)):
        rest = f"{rest[: match.start]} {rest[match.end :]}"
    return _DIGITS.sub(" ", rest)


def _find_email(text: str) -> str | None:
    for candidate in _EMAIL.findall(text):
        try:
            return str(validate_email(candidate.rstrip(".!?'\""), check_deliverability=False).normalized)
        except EmailNotValidError:
            continue
    return None


def _find_phone(text: str, country: str) -> str | None:
    without_email = _DATES_AND_TIMES.sub(" ", _EMAIL.sub(" ", text))
    for match in _phone_matches(without_email, country):
        return str(phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164))
    return None if country else _national_number(without_email)


def _phone_matches(text: str, country: str) -> list[phonenumbers.PhoneNumberMatch]:
    """Numbers of a possible length: whether a prefix is in use changes faster than any table of prefixes."""
    matcher = phonenumbers.PhoneNumberMatcher(text, country or None, leniency=phonenumbers.Leniency.POSSIBLE)
    return [match for match in matcher if len(set(str(match.number.national_number))) > 2]


def _national_number(text: str) -> str | None:
    for run in _DIGITS.findall(text):
        digits = re.sub(r"\D", "", run)
        if 7 <= len(digits) <= 15 and len(set(digits)) > 2 and not run.startswith("+"):
            return digits
    return None
