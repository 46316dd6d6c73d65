"""Appointments for tests: plainly examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.booking.appointment import Appointment

EXAMPLE = Appointment(
    id=7,
    code="K7QXM2",
    conversation_id="c" * 32,
    status="booked",
    starts_at=datetime(2026, 12, 1, 15, 0, tzinfo=timezone.utc),
    ends_at=datetime(2026, 12, 1, 15, 30, tzinfo=timezone.utc),
    practitioner="Dr Example",
    name="Jo O'Example",
    phone="+447700900123",
    email="jo@visitor.example",
    concern="acne scars, left cheek",
    cautions=("caution_pregnancy",),
    sequence=0,
    changed_at=datetime(2026, 11, 24, 10, 0, 0, 5, tzinfo=timezone.utc),
)


def appointment(**changes: Any) -> Appointment:
    """The example, changed."""
    return replace(EXAMPLE, **changes)


def half_an_hour_from(start: datetime) -> dict[str, datetime]:
    """The times of an appointment that begins then."""
    return {"starts_at": start, "ends_at": start + timedelta(minutes=30)}


class Kept:
    """Appointments in memory, for what is outside the booking service's tests."""

    def __init__(self, *appointments: Appointment) -> None:
        self.appointments = list(appointments)

    def find(self, booking_id: int, code: str) -> Appointment | None:
        return next((one for one in self.appointments if (one.id, one.code) == (booking_id, code)), None)

    def upcoming(self, since: datetime, until: datetime) -> list[Appointment]:
        return [one for one in self.appointments if one.ends_at > since and one.starts_at < until]

    def caution_titles(self) -> Mapping[str, str]:
        return {"caution_pregnancy": "Pregnancy"}
