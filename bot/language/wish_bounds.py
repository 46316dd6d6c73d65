"""What the words around days make of them: "not before Friday", "Monday to Wednesday", "except the 3rd"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from bot.language.time_words import WEEKDAYS
from bot.language.wish_atoms import Bound, SaidDays, SaidWeekdays, bounded
from bot.language.wish_weekdays import monday_of

_WEEK = timedelta(days=7)
_INTENDED = re.compile(r"\bwhy not $|\bif not $")
_WEEK_OF = re.compile(r"\bweek (?:of|commencing|beginning|starting)(?: on)?(?: the)? $")
_TO = re.compile(r" ?(?:-|to|until|till?|through|thru) ?(?:the )?")
_FROM = re.compile(r"\b(?:between|from) (?:the )?$")
_MOVED = re.compile(r"\b(?:mov\w+|chang\w+|switch\w*|resched\w*|swap\w*|shift\w*)\b[^.,!?]* from (?:the )?$")
_AND = re.compile(r" and (?:the )?")
_BETWEEN = re.compile(r"\bbetween (?:the )?$")
_AWAY = "away|on holiday|on vacation|abroad|unavailable|not available|out of town|not around|not here|busy"
_LEADS: list[tuple[re.Pattern[str], Bound]] = [
    (re.compile(rf"\b(?:{_AWAY}) (?:until|till?|up to)(?: the)? $"), "after"),
    (re.compile(rf"\b(?:{_AWAY})(?: (?:on|all|for|over|at))?(?: the)? $"), "not"),
    (re.compile(r"\b(?:not|no|nothing|never) (?:before|earlier than|sooner than|until|till?)(?: the)?,? $"), "from"),
    (re.compile(r"\b(?:not|no|nothing) (?:after|later than|beyond)(?: the)? $"), "until"),
    (re.compile(r"\b(?:after|later than|past|once it's)(?: the| my \w+ (?:is )?on(?: the)?)? $"), "after"),
    (re.compile(r"\b(?:from|starting(?: from| on)?|as of|as from|earliest(?: is)?)(?: the)? $"), "from"),
    (re.compile(r"\b(?:before|earlier than|prior to)(?: the| my \w+ (?:is )?on(?: the)?)? $"), "before"),
    (re.compile(r"\b(?:by|until|till?|latest|no later than|up to)(?: the)? $"), "until"),
    (re.compile(r"\b(?:not|except|excluding|apart from|other than|besides|any\w* but|day but|time but|but not|instead of|rather than|avoid|can'?t (?:do|make|come)|cannot (?:do|make|come)"
                r"|busy|away|don'?t want|won'?t work|no(?= every))(?: for)?(?: on)?(?: (?:a|the))?(?: any)? $"), "not"),
]  # fmt: skip
_TRAILS: list[tuple[re.Pattern[str], Bound]] = [
    (re.compile(r" (?:onwards?|or later|and later|or after|at the earliest|and after)\b"), "from"),
    (re.compile(r" (?:at the latest|or before|or earlier|or sooner)\b"), "until"),
    (re.compile(r" (?:doesn'?t|does not|isn'?t|is not|won'?t|is no|is bad|is out|are no|are out|don'?t)\b"
                r"(?: (?:work|good|possible|suit|ok|great|bad|out))*"), "not"),
]  # fmt: skip


def ranges(text: str, atoms: list[SaidDays | SaidWeekdays]) -> list[SaidDays | SaidWeekdays]:
    """Two days with "to" between them as one stretch, and the week of a date as a week."""
    joined: list[SaidDays | SaidWeekdays] = []
    for atom in atoms:
        if isinstance(atom, SaidDays):
            atom = _week_of(text, atom)
            before = joined[-1] if joined else None
            if isinstance(before, SaidDays) and _reach(text, before, atom) and before.options and atom.options:
                if _MOVED.search(text[: before.start]):
                    joined[-1] = atom
                    continue
                led = _FROM.search(text[: before.start])
                joined[-1] = _stretched(before, atom, start=led.start() if led else before.start)
                continue
        joined.append(atom)
    return joined


def _reach(text: str, first: SaidDays, second: SaidDays) -> bool:
    gap = text[first.end : second.start]
    return bool(_TO.fullmatch(gap) or (_AND.fullmatch(gap) and _BETWEEN.search(text[: first.start])))


def _stretched(first: SaidDays, second: SaidDays, *, start: int) -> SaidDays:
    begins, ends = first.options[-1][0], second.options[-1][1]
    while ends < begins:
        ends += _WEEK
    return replace(first, start=start, end=second.end, options=((begins, ends),), part=second.part)


def _week_of(text: str, atom: SaidDays) -> SaidDays:
    led = _WEEK_OF.search(text[: atom.start])
    if not led:
        return atom
    weeks = tuple((monday_of(first), monday_of(first) + timedelta(days=6)) for first, _ in atom.options)
    return replace(atom, start=led.start(), options=weeks)


def bound_by_words(text: str, atom: SaidDays | SaidWeekdays) -> SaidDays | SaidWeekdays:
    """The same with the words before or behind it that make it a bound: "after Friday", "Friday doesn't work"."""
    for patterns, found in ((_LEADS, text[: atom.start]), (_TRAILS, "")):
        for pattern, bound in patterns:
            m = pattern.search(found) if found else pattern.match(text, atom.end)
            if not m or (bound == "not" and _INTENDED.search(text[: atom.start])):
                continue
            start, end = (m.start(), atom.end) if found else (atom.start, m.end())
            if bound == "before" and re.match(r"(?:the )?end\b", text[atom.start : atom.end]):
                bound = "until"  # "before the end of the month"
            if bound == "not" and (weekdays := _mere_weekday(text, atom)):
                return SaidWeekdays(start, end, weekdays=weekdays, bound=bound)
            if isinstance(atom, SaidDays):
                return bounded(atom, bound, start=start, end=end)
            return atom
    return atom


def _mere_weekday(text: str, atom: SaidDays | SaidWeekdays) -> frozenset[int]:
    """The day of the week where no more is said: "can't do Fridays", not "can't do this Friday"."""
    if isinstance(atom, SaidWeekdays):
        return atom.weekdays
    words = text[atom.start : atom.end]
    return frozenset({WEEKDAYS.index(words)}) if words in WEEKDAYS else frozenset()
