"""Where the calendar channel gets its appointments: the one place to bind the booking service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.booking.appointment import Appointment
from bot.database import Database


class Appointments(Protocol):
    """What the channel asks; called in a thread, so that SQL may wait."""

    def find(self, booking_id: int, code: str) -> Appointment | None:
        """The appointment with this id and this code, as it is now."""

    def upcoming(self, since: datetime, until: datetime) -> list[Appointment]:
        """Those that end after `since` and begin before `until`, in order, whatever their status."""

    def caution_titles(self) -> Mapping[str, str]:
        """What staff read for each caution's slug."""


class NoAppointments:
    """As long as nothing books: every address leads nowhere, and the feed is empty."""

    def find(self, booking_id: int, code: str) -> Appointment | None:
        return None

    def upcoming(self, since: datetime, until: datetime) -> list[Appointment]:
        return []

    def caution_titles(self) -> Mapping[str, str]:
        return {}


def installed_appointments(database: Database) -> Appointments:
    """The appointments of this installation. Bind the booking service here, and nowhere else."""
    return NoAppointments()
