"""The free times that a conversation may choose from at this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.booking import availability
from bot.booking.availability import Why, Window
from bot.booking.occupancy import taken_steps
from bot.booking.schedule import Schedule, Slot, Step


@dataclass(frozen=True)
class Offers:
    """What is free for one visitor, as it was when it was read; only a hold keeps a time.

    Args:
        practitioner: whose times are wanted; None: anybody's.
    """

    schedule: Schedule
    taken: frozenset[Step]
    now: datetime
    practitioner: str | None = None

    def nearest(self, wished: datetime, *, most: int = 3) -> list[Slot]:
        """The free times nearest to the wished one, in order."""
        return availability.nearest(
            self.schedule, self.taken, wished, now=self.now, most=most, practitioner=self.practitioner
        )

    def within(self, windows: Sequence[Window], *, most: int = 3) -> list[Slot]:
        """The first free times in the windows, in the windows' order."""
        return availability.within(
            self.schedule, self.taken, windows, now=self.now, most=most, practitioner=self.practitioner
        )

    def why_not(self, wished: datetime) -> Why | None:
        """Why the wished time cannot be had; None where it is free."""
        return availability.why_not(
            self.schedule, self.taken, wished, now=self.now, practitioner=self.practitioner
        )


def read_offers(
    session: Session,
    schedule: Schedule,
    conversation_id: str,
    *,
    now: datetime,
    practitioner: str | None = None,
    moving: int | None = None,
) -> Offers:
    """What is free for the conversation: its own hold, and the booking that it is moving, stand in nobody's way."""
    taken = taken_steps(session, now=now, conversation_id=conversation_id, moving=moving)
    return Offers(schedule, taken, now, practitioner)
