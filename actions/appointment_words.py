"""How a time is said to a visitor, and how a button for one is made and read."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from bot.booking.appointment import Appointment
from bot.booking.schedule import Schedule, Slot

ANSWER = "/answer_step"


def spoken(schedule: Schedule, time: Slot | Appointment) -> str:
    """Such as "Tuesday 24 November at 15:00 with Dr Example", by the clinic's clock."""
    local = schedule.local(time.starts_at)
    who = f" with {time.practitioner}" if time.practitioner else ""
    return f"{local:%A} {local.day} {local:%B at %H:%M}{who}"


def button(title: str, **content: Any) -> dict[str, str]:
    """A choice that answers the form's question with the content."""
    return {"title": title, "payload": f"{ANSWER}{json.dumps(content)}"}


def time_button(schedule: Schedule, slot: Slot, *, name_who: bool) -> dict[str, str]:
    """A choice of a free time; the practitioner is named where there are several."""
    local = schedule.local(slot.starts_at)
    who = f", {slot.practitioner}" if name_who and slot.practitioner else ""
    return button(f"{local:%a} {local.day} {local:%b, %H:%M}{who}", slot=slot_key(slot))


def slot_key(slot: Slot | Appointment) -> str:
    """The time in one line: when it begins, and whose it is."""
    return f"{slot.starts_at.isoformat()}|{slot.practitioner}"


def read_slot(schedule: Schedule, key: str) -> Slot:
    """The time that such a line stands for."""
    starts_at, _, practitioner = key.partition("|")
    return schedule.slot(datetime.fromisoformat(starts_at), practitioner)
