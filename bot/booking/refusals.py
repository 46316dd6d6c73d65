"""What booking refuses, each with a sentence fit for a person."""

from __future__ import annotations

from bot.booking.availability import Why
from bot.errors import BotError

_REASONS = {
    Why.PAST: "That time is over: please choose a later one.",
    Why.BEYOND_HORIZON: "That is further ahead than bookings are taken: please choose an earlier time.",
    Why.CLOSED: "The clinic is closed at that time: please choose another.",
    Why.TOO_SOON: "That is too soon to be booked here: please choose a later time, or ask the clinic.",
    Why.BETWEEN: "No consultation begins at that time: please choose another.",
    Why.TAKEN: "That time has just been taken: please choose another.",
}


class SlotRefusedError(BotError):
    """A time cannot be booked; `why` says the reason."""

    def __init__(self, why: Why) -> None:
        super().__init__(_REASONS[why])
        self.why = why


class SlotTakenError(SlotRefusedError):
    """Somebody else has the time, or a part of it."""

    def __init__(self) -> None:
        super().__init__(Why.TAKEN)


class NothingHeldError(BotError):
    """The conversation holds no time that could be confirmed."""

    def __init__(self) -> None:
        super().__init__("No time is being held: please choose one first.")


class BookingUnknownError(BotError):
    """No such booking; a wrong code and a wrong contact are not told apart."""

    def __init__(self) -> None:
        super().__init__("There is no booking with this code and contact: please check both.")


class BookingFixedError(BotError):
    """The booking cannot be changed like that any more."""


class ClosureError(BotError):
    """The clinic cannot be closed then, or there is no such closure."""
