"""Where the calendar channel gets its appointments: the booking service, and what staff call the cautions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.booking.appointment import Appointment
from bot.booking.lookup import appointment_with, appointments_between
from bot.database import Database
from bot.knowledge.service import list_approved


class Appointments(Protocol):
    """What the channel asks; called in a thread, so that SQL may wait."""

    def find(self, booking_id: int, code: str) -> Appointment | None:
        """The appointment with this id and this code, as it is now."""

    def upcoming(self, since: datetime, until: datetime) -> list[Appointment]:
        """Those that end after `since` and begin before `until`, in order, whatever their status."""

    def caution_titles(self) -> Mapping[str, str]:
        """What staff read for each caution's slug."""


class BookedAppointments:
    """The appointments of this installation's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, booking_id: int, code: str) -> Appointment | None:
        with self._database.reading() as session:
            return appointment_with(session, booking_id, code)

    def upcoming(self, since: datetime, until: datetime) -> list[Appointment]:
        with self._database.reading() as session:
            return appointments_between(session, since, until)

    def caution_titles(self) -> Mapping[str, str]:
        with self._database.reading() as session:
            return {topic.slug: topic.title for topic in list_approved(session)}


def installed_appointments(database: Database) -> Appointments:
    """The appointments of this installation."""
    return BookedAppointments(database)
