"""When the treatment of a message takes place, and when its writer wants to do what they ask about.

Plain rules over clauses: a time belongs to the treatment where words of a treatment stand beside it ("my session was
yesterday", "I'm booked Thursday"), or where it can only be that ("3 days ago, can I use a scrub"). What stays open is None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from bot.language.time_clauses import Told, names_treatment, tell
from bot.language.time_intervals import Moment
from bot.language.time_mentions import Mention, Offset, day_of
from bot.language.time_words import normalise

_WAITED = re.compile(r"\b(?:now|yet|already|by now|still|again)\b")
_WHEN = re.compile(
    r"\b(?:when|wen|how (?:long|soon|many)|what day|earliest|from what|at what point|til i can|until i can)\b"
    r"|\bafter(?:wards?)?(?= ?(?:[?.!,]|$))"
)
_MOST_WORDS = 3  # beside a time that no word of a treatment stands with


@dataclass(frozen=True)
class Moments:
    """What a message says of time.

    `treatment` is None where it isn't said; `wanted` is None where nothing else than now is said. A message that only
    reckons from a treatment ("three days after needling") has `offset` instead of both.
    """

    treatment: Moment | None = None
    wanted: Moment | None = None
    offset: Offset | None = None
    asks_when: bool = False


def find_moments(text: str, now: datetime) -> Moments:
    """Read the times of a message; `now` is time zone aware, in the zone whose calendar the writer means."""
    plain = normalise(text)
    told = tell(plain, now)
    return _decide(plain, told, now) if told else Moments()


def _decide(text: str, told: list[Told], now: datetime) -> Moments:
    asks_when = bool(_WHEN.search(text))
    if any(item.mention.is_unclear or item.is_done for item in told):
        return Moments(asks_when=asks_when)
    owned = _treatment_mentions(text, told)
    ahead = any(item.is_past is False for item in told if item not in owned)
    waited = not ahead and bool(_WAITED.search(text))
    treatments = [m for item in owned if (m := _treated(item, now, waited=waited or _goes_on(told, item)))]
    wishes = [m for item in told if item not in owned and (m := _wish(item, now))]
    wanted = min(wishes, key=lambda moment: moment.earliest, default=None)
    moments = Moments(_governing(treatments, wanted, now), wanted, asks_when=asks_when)
    for item in told:
        if item.mention.offset:
            moments = _reckoned(moments, item, item.mention.offset)
    return moments


def _treatment_mentions(text: str, told: list[Told]) -> list[Told]:
    """The mentions that say when the treatment is; where none does, those that hardly can say anything else."""
    days = [item for item in told if not item.mention.offset]
    plain = [item for item in days if item.of_treatment]
    if plain:
        return plain + [item for item in days if item not in plain and _adds_another(told, item)]
    most_words = _MOST_WORDS if names_treatment(text) else 0
    past = [
        item for item in days if item.is_past and item.other_words <= most_words and _may_be_treatment(item)
    ]
    return [item for item in past if not item.mention.is_bare] if len(past) > 1 else past


def _may_be_treatment(item: Told) -> bool:
    is_ahead_too = item.mention.future is not None and "since" not in item.clause
    return not item.tells_of_other and not (is_ahead_too and item.tells_of_wish)


def _adds_another(told: list[Told], item: Told) -> bool:
    """ "I was in on Thursday and again yesterday"."""
    only_past = item.mention.future is None and item.mention.past is not None
    return only_past and item.other_words == 0 and _goes_on(told, item)


def _goes_on(told: list[Told], item: Told) -> bool:
    """ "I had my first session in May and my second on Sunday"."""
    index = told.index(item)
    return index > 0 and item.clause.startswith("and") and bool(told[index - 1].is_past)


def _treated(item: Told, now: datetime, *, waited: bool) -> Moment | None:
    mention, is_past = item.mention, item.is_past
    past = mention.moment(now, is_past=True, is_treatment=True)
    future = mention.moment(now, is_past=False, is_treatment=True)
    if is_past is None and past and future and past.day == future.day == now.date() and not mention.clock:
        return Moment(past.earliest, future.latest)
    if is_past or (is_past is None and waited):
        return past or future
    return future or past


def _wish(item: Told, now: datetime) -> Moment | None:
    mention = item.mention
    if mention.offset or mention.future is None or item.tells_of_other:
        return None
    is_now = mention.future.earliest <= now and mention.future.day and not (mention.part or mention.clock)
    if is_now or item.is_past:
        return None
    return mention.moment(now, is_past=False, is_treatment=False)


def _governing(treatments: list[Moment], wanted: Moment | None, now: datetime) -> Moment | None:
    """The last treatment before what is wanted (or before now); where all come later, the first."""
    limit = wanted.latest if wanted else now
    before = [t for t in treatments if t.earliest <= limit]
    if before:
        return max(before, key=lambda moment: moment.earliest)
    return min(treatments, key=lambda moment: moment.earliest, default=None)


def _reckoned(moments: Moments, item: Told, offset: Offset) -> Moments:
    """Apply "two days later" or "the day before": to the treatment, or to what is wanted where it tells of a treatment."""
    treatment, wanted = moments.treatment, moments.wanted
    if moments.offset:
        return moments
    if treatment is not None:
        return replace(
            moments, wanted=wanted or _part_of(day_of(treatment, offset), item.mention, is_treatment=False)
        )
    if wanted is not None and item.of_treatment and offset.high < 0:
        return replace(moments, treatment=_part_of(day_of(wanted, offset), item.mention, is_treatment=True))
    if offset.low >= 0 and (item.of_treatment or wanted is None):
        return Moments(offset=offset, asks_when=moments.asks_when)
    return moments


def _part_of(whole: Moment, mention: Mention, *, is_treatment: bool) -> Moment:
    if whole.day is None or not (mention.part or mention.clock):
        return whole
    said = replace(mention, past=None, future=whole, offset=None)
    return said.moment(whole.earliest, is_past=False, is_treatment=is_treatment) or whole
