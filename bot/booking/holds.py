"""A chosen time is held for a few minutes while its visitor reads the summary, and then booked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.booking.appointment import Appointment
from bot.booking.codes import new_code
from bot.booking.models import Booking
from bot.booking.occupancy import free_expired_holds, occupy, queue_for_calendar, require_possible
from bot.booking.refusals import NothingHeldError
from bot.booking.schedule import Schedule, Slot

HOLD = timedelta(minutes=5)


def hold_slot(
    session: Session, schedule: Schedule, conversation_id: str, inbound_id: str, slot: Slot, *, now: datetime
) -> Appointment:
    """Keep a time for the conversation for five minutes; what it held before is let go.

    Raises:
        SlotTakenError: somebody else has it; what the conversation held before, it still holds.
        SlotRefusedError: the clinic takes nobody then.
    """
    queue_for_calendar(session)
    if (known := _booked_by(session, conversation_id, inbound_id)) is not None:
        return known.appointment()
    slot = require_possible(session, schedule, slot, now)
    free_expired_holds(session, now)
    with session.begin_nested():
        booking = _held_by(session, conversation_id) or _new_hold(session, conversation_id, inbound_id, now)
        occupy(session, booking, schedule, slot)
        booking.inbound_id, booking.changed_at, booking.held_until = inbound_id, now, now + HOLD
    return booking.appointment()


def confirm_hold(
    session: Session,
    schedule: Schedule,
    conversation_id: str,
    inbound_id: str,
    *,
    name: str,
    phone: str | None,
    email: str | None,
    concern: str = "",
    cautions: Sequence[str] = (),
    seen: Slot | None = None,
    now: datetime,
) -> Appointment:
    """Book what the conversation holds, also after its time where it is still free; once per inbound message.

    Args:
        cautions: slugs of what the visitor mentioned and a clinician should know, such as `pregnancy`.
        seen: the time that the visitor says yes to; where another tab has changed the hold, that one is not booked.

    Raises:
        NothingHeldError: it holds nothing, or not this time.
        SlotTakenError: the hold had expired, and somebody else has the time now.
        SlotRefusedError: the hold had expired, and the clinic takes nobody then any more.
    """
    queue_for_calendar(session)
    if (known := _booked_by(session, conversation_id, inbound_id)) is not None:
        return known.appointment()
    booking = _held_by(session, conversation_id)
    if booking is None or (seen is not None and not booking.begins_with(seen)):
        raise NothingHeldError
    if booking.held_until <= now:
        _hold_again(session, schedule, booking, now)
    booking.status, booking.held_until, booking.inbound_id = "booked", None, inbound_id
    booking.name, booking.phone, booking.email, booking.concern = name, phone, email, concern
    booking.cautions, booking.changed_at = list(cautions), now
    session.flush()
    return booking.appointment()


def held_slot(session: Session, conversation_id: str) -> Appointment | None:
    """What the conversation holds, expired or not."""
    booking = _held_by(session, conversation_id)
    return booking.appointment() if booking is not None else None


def release_hold(session: Session, conversation_id: str) -> None:
    """Let go what the conversation holds, if anything."""
    session.execute(delete(Booking).where(Booking.conversation_id == conversation_id, Booking.status == "held"))


def _hold_again(session: Session, schedule: Schedule, booking: Booking, now: datetime) -> None:
    held = Slot(booking.starts_at, booking.ends_at, booking.practitioner)
    slot = require_possible(session, schedule, held, now)
    free_expired_holds(session, now)
    occupy(session, booking, schedule, slot)


def _held_by(session: Session, conversation_id: str) -> Booking | None:
    query = select(Booking).where(Booking.conversation_id == conversation_id, Booking.status == "held")
    return session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()  # type: ignore[no-any-return]


def _booked_by(session: Session, conversation_id: str, inbound_id: str) -> Booking | None:
    """What this message has booked before: its turn is being repeated."""
    theirs = (Booking.conversation_id == conversation_id) & (Booking.inbound_id == inbound_id)
    query = select(Booking).where(theirs, Booking.status != "held", Booking.starts_at.is_not(None))
    return session.execute(query).scalar_one_or_none()  # type: ignore[no-any-return]


def _new_hold(session: Session, conversation_id: str, inbound_id: str, now: datetime) -> Booking:
    booking = Booking(
        code=new_code(),
        conversation_id=conversation_id,
        inbound_id=inbound_id,
        status="held",
        created_at=now,
        changed_at=now,
    )
    session.add(booking)
    session.flush()
    return booking
