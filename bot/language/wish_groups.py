"""Puts the pieces of a wish together: which hours belong to which days, and what is one choice of several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.language.wish_atoms import Atom, SaidDays, SaidHours, SaidWeekdays

_APART = re.compile(
    r"(?:[ ,;/&-]|\b(?:or|and|else|maybe|perhaps|also|even|if not|otherwise|then|possibly|on|at|the)\b)*"
)


@dataclass(frozen=True)
class Group:
    """One choice: days, or days of the week within them, with hours on each."""

    days: tuple[SaidDays, ...] = ()
    weekdays: tuple[SaidWeekdays, ...] = ()
    hours: tuple[SaidHours, ...] = ()
    hours_first: bool = False

    @property
    def has_days(self) -> bool:
        """Whether it says on which days."""
        return bool(self.days or self.weekdays)

    @property
    def only_excludes(self) -> bool:
        """Whether it says only when not: "I can't do Monday", on which more follows."""
        bounds = [*(said.bound for said in self.days), *(said.bound for said in self.weekdays)]
        return set(bounds) == {"not"} and not self.hours


def grouped(text: str, atoms: Sequence[Atom]) -> list[Group]:
    """The choices in the order of the text; hours said once count for days before and after that have none."""
    groups: list[Group] = []
    last: Atom | None = None
    for atom in atoms:
        if not groups or not _joins(text, groups[-1], last, atom):
            groups.append(Group())
        groups[-1] = _with(groups[-1], atom)
        last = atom
    return _sharing(groups)


def _joins(text: str, group: Group, last: Atom | None, atom: Atom) -> bool:
    gap = text[last.end : atom.start] if last else ""
    if isinstance(atom, SaidHours):
        return not group.hours or _narrows(group, atom)
    if group.only_excludes:
        return True
    if group.hours and not group.has_days and re.fullmatch(r",? or (?:on |at )?", gap):
        return False  # "evenings or weekends"
    if isinstance(atom, SaidDays) and (atom.bound or not group.days):
        return True if atom.bound else not _is_choice(group, gap)
    if isinstance(atom, SaidWeekdays) and atom.bound:
        return True
    if isinstance(atom, SaidWeekdays) and not group.weekdays:
        return not group.days or not re.search(r"\b(?:or|and)\b|,", gap)
    return any(days.bound for days in group.days) and isinstance(atom, SaidDays) and not _is_choice(group, gap)


def _is_choice(group: Group, gap: str) -> bool:
    """ "Monday or Tuesday", but "any weekday next week" and "not before Friday, next week"."""
    return group.has_days and bool(re.search(r"\bor\b|\band\b|,|/|&", gap)) and bool(_APART.fullmatch(gap))


def _narrows(group: Group, hours: SaidHours) -> bool:
    """ "Tomorrow afternoon after 3": a part and a clock, or the two ends of one stretch."""
    if hours.is_negated:
        return True
    for other in group.hours:
        one_kind = (
            (other.part and hours.part)
            or (other.at and hours.at)
            or (other.low and hours.low)
            or (other.high and hours.high)
        )
        if one_kind or (other.at and (hours.low or hours.high)) or (hours.at and (other.low or other.high)):
            return False
    return True


def _with(group: Group, atom: Atom) -> Group:
    if isinstance(atom, SaidHours):
        return replace(group, hours=(*group.hours, atom), hours_first=group.hours_first or not group.has_days)
    if isinstance(atom, SaidWeekdays):
        return replace(group, weekdays=(*group.weekdays, atom))
    if isinstance(atom, SaidDays):
        return replace(group, days=(*group.days, atom))
    return group


def _sharing(groups: list[Group]) -> list[Group]:
    shared: list[Group] = []
    for index, group in enumerate(groups):
        if not group.has_days and index:  # "tomorrow at 3 or 4"
            group = replace(group, days=shared[-1].days, weekdays=shared[-1].weekdays)
        elif not group.hours:
            group = replace(group, hours=_hours_for(groups, index))
        shared.append(group)
    return shared


def _hours_for(groups: list[Group], index: int) -> tuple[SaidHours, ...]:
    """ "Thursday or Friday afternoon", "at 3 on Monday or Tuesday"; not "Monday morning or Tuesday"."""
    if any(days.part for days in groups[index].days):
        return ()
    behind = next((group for group in groups[index:] if group.hours), None)
    if behind is not None and not behind.hours_first:
        return behind.hours
    ahead = groups[0]
    return ahead.hours if index and ahead.hours_first and ahead.has_days else ()
