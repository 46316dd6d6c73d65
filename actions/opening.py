"""When somebody is there for the visitor: which of a response's wordings fits the clinic's hours."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from actions.base import clinic
from actions.timing import named_day
from bot.conversations.opening_hours import opening_at


def by_opening_hours(response: str, moment: datetime) -> tuple[str, dict[str, str]]:
    """The response's name and what fills its placeholders: `…_open`, `…_closed`, or as it is where the clinic has no hours."""
    opening = opening_at(moment, hours=clinic().opening_hours, zone=ZoneInfo(clinic().time_zone))
    if opening is None:
        return response, {}
    if opening.is_open:
        return f"{response}_open", {}
    opens = {"day": named_day(opening.opens_at), "time": f"{opening.opens_at:%H:%M}"}
    return f"{response}_closed", opens
