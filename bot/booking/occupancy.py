"""What consultations occupy: rows of five minutes, of which no two can be the same. See docs/decisions/0013."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.booking.availability import Why, why_not
from bot.booking.models import Booking, Closure, Occupied
from bot.booking.refusals import SlotRefusedError, SlotTakenError
from bot.booking.schedule import STEP, Schedule, Slot, Step


def queue_for_calendar(session: Session) -> None:
    """Let changes of the calendar follow one another until the transaction ends, so that two never wait for each other in a
    circle. SQLite has one writer anyway. What refuses a double booking is the key of `occupied`, not this."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext("booking"))))


def occupy(session: Session, booking: Booking, schedule: Schedule, slot: Slot) -> None:
    """Give the booking this time; what it occupied before is freed. Where that fails nothing has changed.

    Raises:
        SlotTakenError: another booking occupies a part of it.
    """
    steps = schedule.steps(slot)
    mine = set(_steps_of(session, booking))
    rows = [
        {"practitioner": whose, "at": at, "booking_id": booking.id}
        for whose, at in steps
        if (whose, at) not in mine
    ]
    try:
        with session.begin_nested():
            if rows:
                session.execute(insert(Occupied), rows)
    except IntegrityError as error:
        raise SlotTakenError from error
    other_time = or_(Occupied.practitioner != slot.practitioner, Occupied.at.not_in([at for _, at in steps]))
    session.execute(delete(Occupied).where(Occupied.booking_id == booking.id, other_time))
    booking.practitioner, booking.starts_at, booking.ends_at = slot.practitioner, slot.starts_at, slot.ends_at


def free(session: Session, booking: Booking) -> None:
    """Let others have the booking's time."""
    session.execute(delete(Occupied).where(Occupied.booking_id == booking.id))


def free_expired_holds(session: Session, now: datetime) -> None:
    """Let others have what is held no longer. The holds stay: who comes back may still find the time free."""
    expired = select(Booking.id).where(Booking.status == "held", Booking.held_until <= now)
    session.execute(
        delete(Occupied).where(Occupied.booking_id.in_(expired)),
        execution_options={"synchronize_session": False},
    )


def taken_steps(
    session: Session, *, now: datetime, conversation_id: str = "", moving: int | None = None
) -> frozenset[Step]:
    """What is occupied from now on; expired holds are not.

    Args:
        conversation_id: whose own hold does not count, since it would be exchanged.
        moving: the booking that is to be moved, which does not stand in its own way.
    """
    held = (Booking.held_until > now) & (Booking.conversation_id != conversation_id)
    query = (
        select(Occupied.practitioner, Occupied.at)
        .join(Booking, Booking.id == Occupied.booking_id)
        .where(Occupied.at > now - STEP, or_(Booking.status != "held", held), Booking.id != (moving or 0))
    )
    return frozenset((practitioner, at) for practitioner, at in session.execute(query))


def require_possible(session: Session, schedule: Schedule, slot: Slot, now: datetime) -> Slot:
    """The slot, as long as consultations are now, where the clinic takes somebody then, by the closures of this moment, too;
    whether the time is free shows when it is occupied.

    Raises:
        SlotRefusedError: the clinic takes nobody then.
    """
    if why := why_not(schedule, frozenset(), slot.starts_at, now=now, practitioner=slot.practitioner):
        raise SlotRefusedError(why)
    slot = schedule.slot(slot.starts_at, slot.practitioner)
    closed = select(Closure.id).where(
        Closure.starts_at < slot.ends_at,
        Closure.ends_at > slot.starts_at,
        Closure.practitioner.in_(("", slot.practitioner)),
    )
    if session.execute(closed.limit(1)).first():
        raise SlotRefusedError(Why.CLOSED)
    return slot


def _steps_of(session: Session, booking: Booking) -> list[Step]:
    query = select(Occupied.practitioner, Occupied.at).where(Occupied.booking_id == booking.id)
    return [(practitioner, at) for practitioner, at in session.execute(query)]
