"""What time a visitor wishes for: "tomorrow after 5", "next Tuesday morning", "24/11 at 3", "any weekend".

The clinic's clock counts throughout. Nothing is guessed where two readings are as good: the caller asks back.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal

from bot.language.wish import HORIZON_DAYS, Ambiguous, Impossible, Wish
from bot.language.wish_atoms import Atom, SaidDays, SaidHours, SaidSoonest, longest
from bot.language.wish_days import find_wished_days
from bot.language.wish_groups import Group, grouped
from bot.language.wish_hearing import speaks_of_wish
from bot.language.wish_hours import find_wished_hours
from bot.language.wish_readings import Frame, read_group
from bot.language.wish_windows import OpenHours
from bot.language.wish_wording import wording

_SOONEST = re.compile(
    r"\b(?:as soon as (?:possible|you can|u can)|soonest|earliest (?:possible|available|slot|appointment|you have|one|time|date)"
    r"|(?:first|1st|next) (?:available|free|possible)(?: (?:slot|appointment|time|date|day|one))?\b|(?:right|straight) away|right now|immediately|soon as|as early as possible"
    r"|next (?:slot|appointment|opening)|the sooner the better|earliest|^now$)\b(?!(?: is)? \d)"
)
_NUMBER = re.compile(r"\d+")
_MOST_NUMBERS = 40  # nobody wishes for so much, and looking would take seconds
_MOST_ATOMS = 12
_MOST_READINGS = 4


def read_wish(
    text: str,
    *,
    now: datetime,
    day_first: bool | None,
    open_hours: OpenHours | None = None,
    on: date | None = None,
    horizon_days: int = HORIZON_DAYS,
) -> Wish | Ambiguous | Impossible | None:
    """The time that a message wishes for; None where it wishes for none.

    Args:
        now: aware, in the clinic's zone.
        day_first: whether 04/05 is the fourth of May; None: where both days are near, neither is taken for granted.
        open_hours: the earliest opening and the latest closing by the clinic's clock, for "at 3" without am or pm.
        on: the day spoken of before, for an hour that comes without one.
        horizon_days: how far "any weekend" reaches, and how near both readings of 04/05 must be.
    """
    plain = wording(text)
    if len(_NUMBER.findall(plain)) > _MOST_NUMBERS:
        return None
    frame = Frame(now, open_hours, on, timedelta(days=horizon_days))
    days = find_wished_days(plain, now, on=on, day_first=day_first, horizon=frame.horizon)
    hours = find_wished_hours(plain, days, now)
    heard = [
        atom
        for atom in longest([*days, *hours, *_soonest(plain)])
        if speaks_of_wish(plain, atom.start, atom.end)
    ]
    if not heard or len(heard) > _MOST_ATOMS:
        return None
    if impossible := _impossible(plain, heard):
        return impossible
    return _answer(grouped(plain, heard), heard, frame)


def _soonest(text: str) -> list[SaidSoonest]:
    return [SaidSoonest(m.start(), m.end()) for m in _SOONEST.finditer(text)]


def _impossible(text: str, atoms: Sequence[Atom]) -> Impossible | None:
    for atom in atoms:
        said = text[atom.start : atom.end]
        if isinstance(atom, SaidDays) and not atom.options:
            return Impossible(said, "no_such_day")
        if isinstance(atom, SaidHours) and atom.impossible:
            return Impossible(said, "no_such_hour")
    return None


def _answer(groups: list[Group], heard: Sequence[Atom], frame: Frame) -> Wish | Ambiguous | Impossible | None:
    soonest = any(isinstance(atom, SaidSoonest) for atom in heard)
    if all(isinstance(atom, SaidSoonest) for atom in heard):
        return Wish(windows=((frame.now, frame.until),), soonest=True)
    choices: list[list[Wish]] = []
    for group in groups:
        if group.has_days or group.hours:
            choices.append(read_group(group, frame))
    found = [replace(wish, soonest=soonest) for wish in _sensible(_combined(choices))]
    if len(found) <= 1:
        return found[0] if found else None
    return Ambiguous(tuple(found), about=_difference(found))


def _combined(choices: list[list[Wish]]) -> list[Wish]:
    """The readings of the one choice; of several ("Monday or Tuesday") all together, which need not be asked back."""
    if len(choices) <= 1:
        return choices[0] if choices else []
    together = [wish for choice in choices for wish in _sensible(choice)]
    return [functools.reduce(_together, together)] if together else []


def _together(first: Wish, second: Wish) -> Wish:
    windows = sorted(
        {*first.windows, *second.windows}, key=lambda window: (window[0].timestamp(), window[1].timestamp())
    )
    every = first.every if first.every == second.every else None
    if (
        first.every
        and second.every
        and (first.every.start, first.every.end) == (second.every.start, second.every.end)
    ):
        every = replace(first.every, weekdays=first.every.weekdays | second.every.weekdays)
    return Wish(tuple(windows), every=every, is_past=first.is_past and second.is_past)


def _sensible(wishes: list[Wish]) -> list[Wish]:
    """Without what is past where something else can be meant, and nothing twice."""
    ahead = [wish for wish in wishes if not wish.is_past]
    return list(dict.fromkeys(ahead or wishes[:1]))[:_MOST_READINGS]


def _difference(wishes: list[Wish]) -> Literal["day", "hour"]:
    hours = {tuple(end.time() for _, end in wish.windows) for wish in wishes}
    return "hour" if len(hours) > 1 else "day"
