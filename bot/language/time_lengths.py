"""Lengths of time in a message: "three days ago", "36 hours since", "in a fortnight", "two days later"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.language.time_intervals import Moment, on_days, shifted
from bot.language.time_mentions import Mention, Offset
from bot.language.time_words import WEEKDAY, WEEKDAYS

_HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "night": 24.0, "week": 168.0, "fortnight": 336.0,
          "month": 730.0, "year": 8766.0}  # fmt: skip
_SPREAD = {"month": 7.0, "year": 45.0}  # days that such a rough word may be out
_COUNTS = {"half": (0.5, 0.5), "couple": (2, 3), "few": (2, 6), "several": (3, 9), "a": (1, 1), "an": (1, 1)}
_LENGTH = re.compile(
    r"(?:\b(?P<about>about|around|roughly|approximately|maybe|like|nearly|almost|just under|just over|over|more than"
    r"|less than|under|not even|not quite|barely|at least|well over|a good) )?"
    r"(?<![\w.])(?:(?P<lo>\d{1,3}(?:\.\d)?|half(?: an?)?|(?:a )?couple(?: of)?|(?:a )?few|several|an?)"
    r"(?:(?: ?- ?| or | to )(?P<hi>\d{1,3}))?(?P<half_first> and a half)?[ -]?(?:good |whole |full )?)?"
    r"\b(?P<unit>minute|hour|day|night|week|fortnight|month|year)s?(?P<ish>ish)?\b(?P<half> and a half)?"
    r"(?: and (?P<more>\d{1,2}|a half) (?P<more_unit>minute|hour|day)s?)?"
)
_ENDS = r"(?= (?:and|now|but|so|from|can|is|or|still)\b| ?[.,!?;:)-]|\s*$|\s*\n)"
_AGO = re.compile(
    r" (?:ago|back(?! (?:to|in|at|on|for|home)\b)|since\b|already|post\b|now\b|gone\b|(?:has|have) (?:passed|gone|been)"
    rf"|(?:on|in|past|out|down){_ENDS})"
)
_ANCHOR = re.compile(
    rf"(?: ago)?,? (?:on |this |last )?(?P<day>today|yesterday|tomorrow|{WEEKDAY})\b(?P<since> since\b)?"
)
_AHEAD = re.compile(r" (?:from (?:now|today)|away|to go|left|until|till|til|time)\b")
_AFTER = re.compile(r" (?:after|afterwards|later|following)\b")
_BEFORE = re.compile(r" (?:before|beforehand|prior|ahead of)\b")
_NOTHING = re.compile(r" (?:old|course|pregnant|break|apart|notice)\b")
_IN = re.compile(r"\b(?:in|within)(?: (?:about|just|only|another|the next|less than))* $")
_NOT_FOR = re.compile(
    r"\b(?:not|no|never|n't|havent|haven't|hasn't|without)\b[^.,!?]{0,30} in (?:about |over )?$"
)
_INSIDE = re.compile(r"\b(?:in|within) $")
_BEEN = re.compile(
    r"\b(?:(?:been|it's|its|it is|i'm|im|i am|was|that's|now at|am|we're)"
    r"(?: (?:been|now|just|only|about|like|exactly|literally|at|over|currently|roughly))*"
    r"|been \w+(?:ing)?(?: \w+)? for) $"
)
_TO_BE = re.compile(
    r"\b(?:(?:will|it'll|itll|'ll|would|would've) (?:be|have been)|(?:till?|until|before|when|once) (?:it's|its|it is"
    r"|it has)(?: been)?)"
    r"(?: about| only| just)? $"
)
_MEANT_AS_WAIT = re.compile(r"\b(?:for|wait|within|least|1st|first|up to|until)(?: the| a)?(?: 1st| first)? $")
_OPENING = re.compile(r" ?(?:[.!]|, |,$|- |$| and\b| i\b| no\b| can\b| is\b| ok\b)")
_DAY_NUMBER = re.compile(
    r"\b(?:(?P<led>i'm on|im on|i am on|now on|it's|its|today is|now) )?(?:the )?"
    r"(?:day (?:no\.? |number |# ?)?(?P<n>\d{1,2}|one)\b(?! ?(?:am|pm|day|hour|week))"
    r"|(?P<nth>\d{1,2})(?:st|nd|rd|th) day (?:since|after|post|now)\b)"
)
_ASKED = re.compile(r"\b(?:on|by|from|after|before|until|till|for) $")


_THE_WEEK_AFTER = Offset(24.0, 13 * 24.0, whole_days=True)


@dataclass(frozen=True)
class _Length:
    """Between `low` and `high` hours; `days` where it is counted in whole days."""

    low: float
    high: float
    days: bool


def find_lengths(text: str, now: datetime) -> Iterator[Mention]:
    """Every length in a normalised text that points somewhere: back, ahead, or away from another moment."""
    for match in _LENGTH.finditer(text):
        length = _measure(match)
        if length is not None:
            found = _pointed(text, match, length, now)
            if found is not None:
                yield found
    for match in _DAY_NUMBER.finditer(text):
        yield _numbered_day(text, match, now)


def _measure(match: re.Match[str]) -> _Length | None:
    unit, counted = match["unit"], match["lo"]
    if counted is None and unit not in {"week", "fortnight", "hour", "day", "month"}:
        return None
    low, high = _count(counted or "a", match["hi"])
    extra = 0.5 if match["half"] or match["half_first"] else 0.0
    low, high = (low + extra) * _HOURS[unit], (high + extra) * _HOURS[unit]
    if match["more"]:
        more = (0.5 if match["more"] == "a half" else float(match["more"])) * _HOURS[match["more_unit"]]
        low, high = low + more, high + more
    if unit in _SPREAD:
        low, high = low - _SPREAD[unit] * 24, high + _SPREAD[unit] * 24
    about = match["about"] or ("about" if match["ish"] else "")
    whole = unit not in {"minute", "hour"} and low % 24 == 0 and high % 24 == 0
    low, high, rough = _roughly(low, high, about)
    if not whole and unit not in {"minute", "hour"} and not rough and unit not in _SPREAD:
        low, high = low - 6, high + 6  # "a day and a half" is not 36 hours to the minute
    return _Length(low, high, whole and not rough or unit in _SPREAD)


def _count(low: str, high: str | None) -> tuple[float, float]:
    word = low.removeprefix("a ").removesuffix(" of").split(" ")[0] or "a"
    least, most = _COUNTS.get(word, (0.0, 0.0)) if not word[0].isdigit() else (float(word), float(word))
    return least, max(most, float(high or 0))


def _roughly(low: float, high: float, about: str) -> tuple[float, float, bool]:
    if about in {"about", "around", "roughly", "approximately", "maybe", "like"}:
        return (low * 0.9, high * 1.1, True) if high < 24 * 5 else (low, high, False)
    if about in {"nearly", "almost", "just under", "not quite"}:
        return low * 0.8, high - 1 / 60, True
    if about in {"less than", "under", "not even", "barely"}:
        return 0.0, high - 1 / 60, True
    if about in {"over", "more than", "well over", "just over", "at least", "a good"}:
        return low, high * 1.5, True
    return low, high, False


def _pointed(text: str, match: re.Match[str], length: _Length, now: datetime) -> Mention | None:
    """The length with the words beside it that say where it points, or None where they say nothing."""
    if _NOTHING.match(text, match.end()):
        return None
    for point in (_pointed_ahead, _pointed_by_day, _pointed_back, _pointed_away):
        if found := point(text, match, length, now):
            return found
    return None


def _pointed_ahead(text: str, match: re.Match[str], length: _Length, now: datetime) -> Mention | None:
    """ "In three days", "two weeks from now"."""
    before, counted = text[: match.start()], match["lo"] is not None
    ahead = _AHEAD.match(text, match.end())
    if _NOT_FOR.search(before):
        return None
    is_ago = _AGO.match(text, match.end()) or _AFTER.match(text, match.end())
    if counted and (ahead or (_IN.search(before) and not is_ago)):
        return Mention(match.start(), ahead.end() if ahead else match.end(), future=_later(length, now))
    return None


def _pointed_by_day(text: str, match: re.Match[str], length: _Length, now: datetime) -> Mention | None:
    """ "A week ago today", "two weeks on Friday"; "on Friday it will be ten days" says nothing of today."""
    unit = match["unit"]
    is_ago = text.startswith(" ago", match.end())  # "week ago tomorrow"
    by_day = length.days and (unit == "fortnight" or (unit in {"day", "week"} and (match["lo"] or is_ago)))
    if by_day and (anchored := _ANCHOR.match(text, match.end())):
        return _from_day(match, anchored, length, now)
    if _TO_BE.search(text[: match.start()]):
        return Mention(match.start(), match.end(), is_unclear=True)
    return None


def _pointed_back(text: str, match: re.Match[str], length: _Length, now: datetime) -> Mention | None:
    """ "Three days ago", "it's been a week", and "36 hours." at the beginning of a message."""
    before, end = text[: match.start()], match.end()
    if not (match["lo"] or match["half"] or match["unit"] == "fortnight"):
        return None
    past = _ago(length, now)
    ago = _AGO.match(text, end)
    if ago and (" ago" in ago.group() or not _INSIDE.search(before)):
        return Mention(match.start(), ago.end(), past=past)
    if _BEEN.search(before):
        after = _AFTER.match(text, end)
        return Mention(match.start(), after.end() if after else end, past=past)
    if not before.strip() and match["lo"] not in {"a", "an"} and _OPENING.match(text, end):
        return Mention(match.start(), end, past=past, is_bare=True)
    return None


def _pointed_away(text: str, match: re.Match[str], length: _Length, now: datetime) -> Mention | None:
    """ "Two days later", "the week before": from another moment."""
    before, counted = text[: match.start()], match["lo"] is not None
    if after := _AFTER.match(text, match.end()):
        if match["unit"] == "week" and not counted:
            return Mention(match.start(), after.end(), offset=_THE_WEEK_AFTER)
        if counted and not _MEANT_AS_WAIT.search(before):
            return Mention(match.start(), after.end(), offset=_offset(length, 1))
    if prior := _BEFORE.match(text, match.end()):
        return Mention(match.start(), prior.end(), offset=_offset(length, -1))
    return None


def _offset(length: _Length, sign: int) -> Offset:
    low, high = sorted((sign * length.low, sign * length.high))
    return Offset(low, high, whole_days=length.days)


def _from_day(match: re.Match[str], anchored: re.Match[str], length: _Length, now: datetime) -> Mention:
    """ "A week ago today", "two weeks on Friday", "a week last Tuesday"."""
    days, today, said = round(length.low / 24), now.date(), anchored["day"]
    back = ahead = today
    if said == "yesterday":
        back = ahead = today - timedelta(days=1)
    elif said == "tomorrow":
        back = ahead = today + timedelta(days=1)
    elif said in WEEKDAYS:
        back = today - timedelta(days=(today.weekday() - WEEKDAYS.index(said)) % 7 or 7)
        ahead = back + timedelta(days=7)
    if anchored["since"]:  # "a week on Thursday since my session"
        past = (today if said == "today" else ahead) - timedelta(days=days)
        return Mention(match.start(), anchored.end(), past=on_days(past, past, now.tzinfo).until(now))
    past, future = back - timedelta(days=days), ahead + timedelta(days=days)
    is_past = " ago" in anchored.group() or said == "yesterday" or " last " in anchored.group()
    return Mention(
        match.start(),
        anchored.end(),
        past=None if said == "tomorrow" and not is_past else on_days(past, past, now.tzinfo),
        future=None if is_past else on_days(future, future, now.tzinfo),
    )


def _numbered_day(text: str, match: re.Match[str], now: datetime) -> Mention:
    """Some count the day of the treatment as the first, others the day after it."""
    number = 1 if match["n"] == "one" else int(match["n"] or match["nth"])
    if match["led"] or not _ASKED.search(text[: match.start()]):
        first = now.date() - timedelta(days=number)
        last = now.date() - timedelta(days=max(number - 1, 0))
        return Mention(match.start(), match.end(), past=on_days(first, last, now.tzinfo).until(now))
    return Mention(
        match.start(), match.end(), offset=Offset(24.0 * max(number - 1, 0), 24.0 * number, whole_days=True)
    )


def _ago(length: _Length, now: datetime) -> Moment:
    if length.days:
        first, last = (now.date() - timedelta(days=round(hours / 24)) for hours in (length.high, length.low))
        return on_days(first, last, now.tzinfo)
    return Moment(shifted(now, -length.high), shifted(now, -length.low))


def _later(length: _Length, now: datetime) -> Moment:
    if length.days:
        first, last = (now.date() + timedelta(days=round(hours / 24)) for hours in (length.low, length.high))
        return on_days(first, last, now.tzinfo)
    return Moment(shifted(now, length.low), shifted(now, length.high))
