"""Arithmetic on an answer's rules of time: may they do it yet, and if not, from when."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Literal

from bot.knowledge.period import Period
from bot.knowledge.service import Answer
from bot.language.moments import Moments, find_moments
from bot.language.time_intervals import Moment
from bot.language.time_mentions import Offset

Verdict = Literal["yes", "not_yet", "depends"]
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAY = 24
_SIGNS = re.compile(
    r"\b(?:red\w*|pink\w*|swell\w*|swollen|puff\w*|sore\w*|sensitiv\w*|tender|flush\w*|hot|tight|look\w*|face"
    r"|normal(?! (?:activit|routine))"
    r"|heal\w*|blotch\w*|marks?|presentable|calm\w*)\b"
)
_ACTIVITIES = re.compile(
    r"\b(?:work|office|uni|university|school|college|job|lectures?|class|lessons?|meetings?|shift"
    r"|normal (?:activit\w+|routine|life)"
    r"|shopping|errands|day to day|everyday)\b"
)
_EXERCISE = re.compile(
    r"\b(?:gym|runs?|running|jog\w*|spin\w*|yoga|pilates|swim\w*|exercis\w*|work ?outs?|working out|sports?|training"
    r"|football|tennis"
    r"|sauna|steam|danc\w*|cycl\w*|lift\w*|weights|hik\w*)\b"
)


@dataclass(frozen=True)
class Timing:
    """What to say of the time: a response of the domain and what fills its placeholders.

    `starts` is when the rule's time is over, as exactly as the message tells; None where it tells no day. The verdict
    is `depends` where the message leaves open whether that has come by then.
    """

    verdict: Verdict
    response: str
    values: dict[str, str] = field(default_factory=dict)
    starts: Moment | None = None


def timing_line(text: str, now: datetime, answer: Answer, *, before: str = "") -> Timing | None:
    """What the answer's rules of time make of the moments in a message, or None where that cannot be said.

    Args:
        text: the message as it was written.
        now: time zone aware, in the clinic's zone.
        before: the question that the message follows ("and on Sunday?"): what it tells of the treatment counts.

    Where something should have gone by now, it is None: whether it is still there, and what then, is for the safety
    rules.
    """
    if not (answer.wait or answer.gone_within):
        return None
    moments = find_moments(text, now)
    if before:
        moments = _after(find_moments(before, now), moments)
    if answer.wait:
        return _waiting(moments, answer.wait, now)
    return _going(text.lower(), moments, answer, now)


def _after(earlier: Moments, moments: Moments) -> Moments:
    """What a message tells, with what it leaves unsaid because it was said before."""
    if moments.treatment or moments.offset:
        return moments
    if moments == Moments() and earlier.offset:
        return earlier
    return replace(moments, treatment=earlier.treatment, wanted=moments.wanted or earlier.wanted)


def _waiting(moments: Moments, wait: Period, now: datetime) -> Timing | None:
    if moments.offset:
        return _reckoned(moments.offset, wait)
    if moments.treatment is None or _speaks_of_before(moments.treatment, moments, now):
        return None
    wanted = moments.wanted or Moment(now, now)
    over = Moment(wait.after(moments.treatment.earliest), wait.after(moments.treatment.latest))
    if _instant(wanted.earliest) >= _instant(over.latest):
        return _yes(over, wait, is_now=moments.wanted is None)
    if _instant(wanted.latest) < _instant(over.earliest):
        return _say("not_yet", "utter_timing_not_yet", over, wait=wait.words)
    if wait.days and over.day is not None and not over.is_exact and wanted.day == over.day:
        return Timing("yes", "utter_timing_that_day", {"wait": wait.words, "day": named_day(over.latest)}, over)
    return _say("depends", "utter_timing_depends", over, wait=wait.words)


def _yes(over: Moment, wait: Period, *, is_now: bool) -> Timing:
    if is_now:
        return Timing("yes", "utter_timing_passed", {"wait": wait.words}, over)
    return _say("yes", "utter_timing_yes", over, wait=wait.words)


def _reckoned(offset: Offset, wait: Period) -> Timing | None:
    """ "Two days after the treatment": whole days are up to a day shorter or longer than they sound, by the hour."""
    needed = wait.hours or wait.days * _DAY
    slack = _DAY if offset.whole_days and not wait.days else 0
    if offset.low - slack >= needed:
        return Timing("yes", "utter_timing_yes_after", {"wait": wait.words})
    if offset.high + slack < needed or (offset.high == 0 and slack <= needed):
        return Timing("not_yet", "utter_timing_not_yet_after", {"wait": wait.words})
    return None


def _going(text: str, moments: Moments, answer: Answer, now: datetime) -> Timing | None:
    treatment, gone = moments.treatment, answer.gone_within
    if gone is None or treatment is None or _EXERCISE.search(text):
        return None
    is_after = moments.wanted is None or _instant(moments.wanted.latest) >= _instant(treatment.earliest)
    if answer.right_away and _ACTIVITIES.search(text) and not _SIGNS.search(text) and is_after:
        return Timing("yes", "utter_timing_right_away", {"activities": answer.right_away}, treatment)
    if _speaks_of_before(treatment, moments, now):
        return None
    over = Moment(gone.after(treatment.earliest), gone.after(treatment.latest))
    if _instant(over.earliest) <= _instant(now):
        return None
    if moments.wanted is None:
        return Timing("not_yet", "utter_timing_within", {"gone": gone.words}, over)
    if _instant(moments.wanted.earliest) >= _instant(over.latest):
        return Timing("yes", "utter_timing_gone_by", {"gone": gone.words}, over)
    certain = _instant(moments.wanted.latest) < _instant(over.earliest)
    return Timing("not_yet" if certain else "depends", "utter_timing_may_show", {"gone": gone.words}, over)


def _speaks_of_before(treatment: Moment, moments: Moments, now: datetime) -> bool:
    """Whether it asks of a time before the treatment, or of one to come without saying what for."""
    begins = _instant(treatment.earliest)
    if moments.wanted is None:
        return begins > _instant(now) and not moments.asks_when
    return _instant(moments.wanted.latest) < begins


def _say(verdict: Verdict, response: str, over: Moment, **values: str) -> Timing:
    """The response for as much as is known of when it is over: the hour, the day, or only the days between."""
    if over.is_exact:
        start = _rounded_up(over.latest)
        return Timing(verdict, response, {**values, "day": named_day(start), "time": f"{start:%H:%M}"}, over)
    sure = {"sure": named_day(over.latest + timedelta(days=1))}
    if over.day is not None:
        return Timing(verdict, f"{response}_day", {**values, **sure, "day": named_day(over.latest)}, over)
    return Timing(verdict, f"{response}_then", {**values, **sure}, over)


def _rounded_up(moment: datetime) -> datetime:
    """To five minutes: "an hour ago" is not known to the minute."""
    surplus = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (timedelta(minutes=5) - surplus if surplus else timedelta())


def named_day(moment: datetime) -> str:
    """A day as visitors read it: Monday 5 January."""
    return f"{_WEEKDAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]}"


def _instant(moment: datetime) -> datetime:
    """In UTC: two local times compare by their clocks, which are turned back once a year."""
    return moment.astimezone(timezone.utc)
