"""Clinics for tests, plainly examples."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from bot.booking.appointment import Appointment
from bot.booking.closures import load_schedule
from bot.booking.holds import confirm_hold, hold_slot
from bot.database import Database
from bot.settings import PROJECT_DIR, Clinic
from tests.support.conversations import started

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EXAMPLE = {
    "time_zone": '"Europe/London"',
    "country": '"GB"',
    "practitioners": '["Example One"]',
    "notice_hours": "1",
    **{day: '["09:00-17:00"]' for day in WEEK if day != "sunday"},
}


def clinic_with_hours(folder: Path, **values: str) -> Path:
    """The shipped clinic.toml with opening hours, but on Sundays, and one practitioner; `values` are TOML."""
    content = (PROJECT_DIR / "clinic.toml").read_text(encoding="utf-8")
    for name, value in {**EXAMPLE, **values}.items():
        content, found = re.subn(rf"(?m)^{name} = [^#\n]*", f"{name} = {value} ", content)
        assert found == 1, name
    file = folder / "clinic.toml"
    file.write_text(content, encoding="utf-8")
    return file


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
