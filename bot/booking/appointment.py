"""An appointment as others need it: mails, calendar files, the chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Status = Literal["requested", "held", "booked", "cancelled", "no_show"]


@dataclass(frozen=True)
class Appointment:
    """A consultation at a fixed time.

    Args:
        code: what the visitor quotes to change it from elsewhere; unique.
        practitioner: the name visitors read; "" where the clinic names none.
        starts_at, ends_at: with a time zone; the buffer after it is not part of it.
        sequence: 0 at first, one more at each change (RFC 5545, 3.8.7.4).
        changed_at: when it was last changed, with a time zone.
        cautions: slugs of what the clinician should know.
    """

    id: int
    code: str
    conversation_id: str
    status: Status
    starts_at: datetime
    ends_at: datetime
    practitioner: str
    name: str
    phone: str | None
    email: str | None
    concern: str
    cautions: Sequence[str]
    sequence: int
    changed_at: datetime
