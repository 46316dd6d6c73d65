"""Every day that somebody wishes for or rules out, from all that finds days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bot.language.time_days import find_days
from bot.language.time_lengths import find_lengths
from bot.language.time_words import WEEKDAY
from bot.language.wish_atoms import SaidDays, SaidWeekdays, longest
from bot.language.wish_bounds import bound_by_words, ranges
from bot.language.wish_dates import find_dates
from bot.language.wish_distances import find_distances
from bot.language.wish_spans import find_spans
from bot.language.wish_weekdays import find_kinds_of_day, find_weekdays

_OURS = re.compile(
    r"^(?:day (?:before|after) |yesterday|tomorrow|today|tonight|earlier today|last night"
    r"|this (?:morning|afternoon|lunch|evening)|christmas|boxing|new year|valentine|halloween)"
    rf"|\b(?:week|fortnight|day)s?,? (?:on |from |this )?(?:today|tomorrow|{WEEKDAY})$"
)
_OR_DAY_AFTER = re.compile(r"\btomorrow (?:or|and) (?:the )?(?:day after|next day)\b(?! tomorrow)")


def find_wished_days(
    text: str, now: datetime, *, on: date | None = None, day_first: bool | None, horizon: timedelta
) -> list[SaidDays | SaidWeekdays]:
    """The days and days of the week that a plain text names, in order, each with the words that bound it.

    `on` is the day spoken of before, from which "the week after" is reckoned.
    """
    today = now.date()
    atoms: list[SaidDays | SaidWeekdays] = [
        *find_dates(text, today, day_first=day_first, horizon=horizon),
        *find_kinds_of_day(text),
        *find_weekdays(text, today),
        *find_spans(text, today, spoken_of=on or today),
        *find_distances(text, now),
        *_named(text, now),
    ]
    return [bound_by_words(text, atom) for atom in ranges(text, longest(atoms))]


def _named(text: str, now: datetime) -> Iterator[SaidDays]:
    """ "Tomorrow", "this afternoon", "Christmas Eve": as the rules on treatments read them."""
    for m in _OR_DAY_AFTER.finditer(text):
        first = now.date() + timedelta(days=1)
        yield SaidDays(m.start(), m.end(), options=((first, first + timedelta(days=1)),))
    for mention in (*find_days(text, now), *find_lengths(text, now)):
        words = text[mention.start : mention.end]
        moment = mention.future or mention.past
        if moment is None or not _OURS.search(words):
            continue
        days = (moment.earliest.date(), moment.latest.date())
        yield SaidDays(
            mention.start, mention.end, options=(days,), part=mention.part, is_past=mention.future is None
        )
