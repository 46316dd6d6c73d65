"""Opening hours and the rules of booking, as `clinic.toml` says them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, Extra, Field, validator

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Hours = dict[str, list[str]]
Days = tuple[date, date]  # the first and the last


class BookingRules(BaseModel):
    """`[booking]`: how consultations are booked where there are opening hours. The defaults are a starting point for the
    software, nothing that the clinic has said; what occupies time counts in fives of minutes."""

    consultation_minutes: int = Field(default=30, ge=5, le=480, multiple_of=5)
    buffer_minutes: int = Field(default=0, ge=0, le=240, multiple_of=5)
    notice_hours: int = Field(default=24, ge=0, le=720)
    horizon_days: int = Field(default=60, ge=1, le=730)
    step_minutes: int = Field(default=15, ge=5, le=480, multiple_of=5)
    closures: list[Days] = []
    practitioner_hours: dict[str, Hours] = {}

    class Config:
        extra = Extra.forbid

    @validator("closures", pre=True)
    def _first_and_last_days(cls, closures: Sequence[Any]) -> list[Days]:
        if not isinstance(closures, list):
            raise ValueError("must be a list such as ['2026-12-25', '2026-12-27..2026-12-31']")
        return [_days(str(closure)) for closure in closures]

    @validator("practitioner_hours")
    def _spans_of_days(cls, hours: dict[str, Hours]) -> dict[str, Hours]:
        return {name: check_hours(theirs) for name, theirs in hours.items()}


def check_hours(hours: Hours) -> Hours:
    """The same hours, where each is a weekday with spans such as "09:00-17:30".

    Raises:
        ValueError: one is not; the message names it.
    """
    for day, spans in hours.items():
        if day not in WEEKDAYS:
            raise ValueError(f"{day!r} is not a day such as 'monday'")
        for span in spans:
            opens, _, closes = span.partition("-")
            if (
                not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)", span)
                or opens >= closes
            ):
                raise ValueError(f"{span!r} on {day} is not a span such as '09:00-17:30'")
    return hours


def unknown_practitioner(rules: BookingRules, practitioners: Sequence[str]) -> str | None:
    """A name that has hours of its own and is not among the practitioners."""
    return next((name for name in rules.practitioner_hours if name not in practitioners), None)


def week_minutes(hours: Mapping[str, Sequence[str]]) -> dict[int, list[tuple[int, int]]]:
    """The spans of each weekday (Monday is 0) in minutes from midnight: `{0: [(540, 1050)]}`."""
    return {
        WEEKDAYS.index(day): [(_minutes(opens), _minutes(closes)) for opens, _, closes in _parted(spans)]
        for day, spans in hours.items()
    }


def _parted(spans: Sequence[str]) -> list[tuple[str, str, str]]:
    return [span.partition("-") for span in spans]


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _days(closure: str) -> Days:
    first, _, last = closure.partition("..")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError as error:
        raise ValueError(
            f"{closure!r} is not a date such as '2026-12-25' or '2026-12-24..2026-12-26'"
        ) from error
    if days[0] > days[1]:
        raise ValueError(f"{closure!r} ends before it begins")
    return days
