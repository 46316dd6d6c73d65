"""A length of time in the words of an answer: "24 hours", "a week"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_WRITTEN = re.compile(rf"(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)}) (?P<unit>hour|day|week)s?")
_DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True)
class Period:
    """Either hours, which a clock counts, or whole days, which a calendar counts; `words` is how the answer says it."""

    words: str
    hours: int = 0
    days: int = 0

    def after(self, moment: datetime) -> datetime:
        """When the period is over that begins at `moment` (time zone aware), in the same zone.

        24 hours stay 24 hours when the clocks change in between; a week ends at the hour at which it began.
        """
        if self.days:
            return moment + timedelta(days=self.days)
        return (moment.astimezone(timezone.utc) + timedelta(hours=self.hours)).astimezone(moment.tzinfo)


def parse_period(words: str) -> Period:
    """Read "24 hours", "3 days" or "a week".

    Raises:
        ValueError: it is none of these, or no time at all; the message says how to write it.
    """
    written = _WRITTEN.fullmatch(words)
    count = (_NUMBERS.get(written["count"]) or int(written["count"])) if written else 0
    if written is None or not count:
        raise ValueError("is not a length of time: write hours, days or weeks, such as '24 hours' or 'a week'")
    if written["unit"] == "hour":
        return Period(words, hours=count)
    return Period(words, days=count * _DAYS[written["unit"]])
