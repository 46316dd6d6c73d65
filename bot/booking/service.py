"""Requests for a consultation whose time staff will fix: ask for one, look at it, cancel it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.booking.codes import new_code
from bot.booking.holds import release_hold
from bot.booking.models import Booking
from bot.booking.occupancy import queue_for_calendar
from bot.database import now


def request_booking(
    session: Session,
    conversation_id: str,
    inbound_id: str,
    *,
    name: str,
    phone: str | None,
    email: str | None,
    cautions: Sequence[str] = (),
    concern: str = "",
    wishes: str = "",
) -> Booking:
    """Store a request for a consultation. A conversation has one open request: asked again by another
    message, its details are renewed; asked again by the same one, nothing changes. What it holds is let go.

    Args:
        cautions: slugs of what the visitor mentioned and a clinician should know, such as `pregnancy`.
        wishes: the days and times that the visitor would like, in their words.
    """
    queue_for_calendar(session)
    release_hold(session, conversation_id)
    same_message = select(Booking).where(
        Booking.conversation_id == conversation_id, Booking.inbound_id == inbound_id
    )
    if known := session.execute(same_message).scalar_one_or_none():
        return known  # type: ignore[no-any-return]
    request = open_request(session, conversation_id)
    if request is None:
        request = Booking(
            code=new_code(),
            conversation_id=conversation_id,
            inbound_id=inbound_id,
            status="requested",
            created_at=now(),
        )
        session.add(request)
    request.name, request.phone, request.email = name, phone, email
    request.cautions, request.concern, request.wishes = list(cautions), concern, wishes
    request.changed_at = now()
    return request


def open_request(session: Session, conversation_id: str) -> Booking | None:
    """The conversation's latest request that is not cancelled."""
    query = (
        select(Booking)
        .where(Booking.conversation_id == conversation_id, Booking.status == "requested")
        .order_by(Booking.id.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()  # type: ignore[no-any-return]


def open_requests(session: Session) -> list[Booking]:
    """Every request that waits for the clinic, oldest first."""
    query = select(Booking).where(Booking.status == "requested").order_by(Booking.created_at)
    return list(session.execute(query).scalars())


def cancel_requests(session: Session, conversation_id: str, inbound_id: str) -> int:
    """Cancel the conversation's open requests; returns how many this message has cancelled, now or in an earlier try."""
    queue_for_calendar(session)
    ours = (Booking.status == "requested") | (Booking.cancelled_by == inbound_id)
    query = select(Booking).where(Booking.conversation_id == conversation_id, ours, Booking.starts_at.is_(None))
    requests = list(session.execute(query).scalars())
    for request in requests:
        if request.status == "requested":
            request.status, request.cancelled_by, request.changed_at = "cancelled", inbound_id, now()
    return len(requests)


def erase_bookings(session: Session, conversation_id: str) -> None:
    """Remove every request and booking of an erased conversation; what they occupied is free."""
    session.execute(delete(Booking).where(Booking.conversation_id == conversation_id))
