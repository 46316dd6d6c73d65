"""Short ways to a consultation that is booked."""

from __future__ import annotations

from datetime import datetime

from bot.booking.appointment import Appointment
from bot.booking.closures import load_schedule
from bot.booking.holds import confirm_hold, hold_slot
from bot.database import Database
from bot.settings import Clinic
from tests.support.conversations import started


def booked(
    database: Database,
    clinic: Clinic,
    starts_at: datetime,
    *,
    at: datetime,
    email: str | None = "me@example.com",
) -> Appointment:
    """A consultation with the clinic's first practitioner, booked `at` that moment."""
    conversation_id = started(database)
    with database.transaction() as session:
        schedule = load_schedule(session, clinic, now=at)
        slot = schedule.slot(starts_at, clinic.practitioners[0])
        hold_slot(session, schedule, conversation_id, "m1", slot, now=at)
        contact = {"phone": "+442079460000", "email": email}
        return confirm_hold(session, schedule, conversation_id, "m2", name="Example Person", **contact, now=at)
