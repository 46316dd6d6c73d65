"""Times in which staff close the clinic or one practitioner's calendar, beside those of `clinic.toml`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.booking.models import Booking, Closure
from bot.booking.occupancy import queue_for_calendar
from bot.booking.refusals import ClosureError
from bot.booking.schedule import ClosedTime, Schedule, schedule_of
from bot.settings import Clinic


def load_schedule(session: Session, clinic: Clinic, *, now: datetime) -> Schedule:
    """The schedule of `clinic.toml`, with the coming closures that staff entered."""
    closed = [ClosedTime(row.starts_at, row.ends_at, row.practitioner) for row in closures(session, now=now)]
    return schedule_of(clinic, closed)


def closures(session: Session, *, now: datetime) -> list[Closure]:
    """The closures that are not over, in order."""
    query = select(Closure).where(Closure.ends_at > now).order_by(Closure.starts_at, Closure.id)
    return list(session.execute(query).scalars())


def add_closure(
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    *,
    practitioner: str = "",
    reason: str = "",
    now: datetime,
) -> Closure:
    """Take nobody in that time.

    Args:
        practitioner: whose calendar is closed; "" closes the clinic.

    Raises:
        ClosureError: it ends before it begins, or consultations lie in it; the message says how many.
    """
    if ends_at <= starts_at:
        raise ClosureError("The closure ends before it begins.")
    queue_for_calendar(session)
    if count := _count_within(session, starts_at, ends_at, practitioner, now):
        lie = "1 consultation lies" if count == 1 else f"{count} consultations lie"
        raise ClosureError(f"{lie} in that time: move or cancel first, then close.")
    closure = Closure(starts_at=starts_at, ends_at=ends_at, practitioner=practitioner, reason=reason)
    session.add(closure)
    session.flush()
    return closure


def remove_closure(session: Session, closure_id: int) -> None:
    """Take visitors in that time again.

    Raises:
        ClosureError: there is no such closure.
    """
    closure = session.get(Closure, closure_id)
    if closure is None:
        raise ClosureError("There is no such closure: it may have been removed before.")
    session.delete(closure)


def _count_within(
    session: Session, starts_at: datetime, ends_at: datetime, practitioner: str, now: datetime
) -> int:
    stands = or_(Booking.status == "booked", (Booking.status == "held") & (Booking.held_until > now))
    query = select(func.count(Booking.id)).where(
        stands, Booking.starts_at < ends_at, Booking.ends_at > starts_at
    )
    if practitioner:
        query = query.where(Booking.practitioner == practitioner)
    return int(session.execute(query).scalar_one())
