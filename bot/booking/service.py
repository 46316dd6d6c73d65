"""Consultation requests: ask for one, look at it, cancel it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.booking.models import BookingRequest
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
) -> BookingRequest:
    """Store a request for a consultation. A conversation has one open request: asked again by another
    message, its details are renewed; asked again by the same one, nothing changes.

    Args:
        cautions: slugs of what the visitor mentioned and a clinician should know, such as `pregnancy`.
    """
    same_message = select(BookingRequest).where(
        BookingRequest.conversation_id == conversation_id, BookingRequest.inbound_id == inbound_id
    )
    if known := session.execute(same_message).scalar_one_or_none():
        return known  # type: ignore[no-any-return]
    request = open_request(session, conversation_id)
    if request is None:
        request = BookingRequest(
            conversation_id=conversation_id, inbound_id=inbound_id, status="requested", created_at=now()
        )
        session.add(request)
    request.name, request.phone, request.email = name, phone, email
    request.cautions = list(cautions)
    return request


def open_request(session: Session, conversation_id: str) -> BookingRequest | None:
    """The conversation's latest request that is not cancelled."""
    query = (
        select(BookingRequest)
        .where(BookingRequest.conversation_id == conversation_id, BookingRequest.status == "requested")
        .order_by(BookingRequest.id.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()  # type: ignore[no-any-return]


def open_requests(session: Session) -> list[BookingRequest]:
    """Every request that waits for the clinic, oldest first."""
    query = (
        select(BookingRequest).where(BookingRequest.status == "requested").order_by(BookingRequest.created_at)
    )
    return list(session.execute(query).scalars())


def cancel_requests(session: Session, conversation_id: str, inbound_id: str) -> int:
    """Cancel the conversation's open requests; returns how many this message has cancelled, now or in an earlier try."""
    ours = (BookingRequest.status == "requested") | (BookingRequest.cancelled_by == inbound_id)
    query = select(BookingRequest).where(BookingRequest.conversation_id == conversation_id, ours)
    requests = list(session.execute(query).scalars())
    for request in requests:
        request.status, request.cancelled_by = "cancelled", inbound_id
    return len(requests)


def erase_bookings(session: Session, conversation_id: str) -> None:
    """Remove every request of an erased conversation."""
    session.execute(delete(BookingRequest).where(BookingRequest.conversation_id == conversation_id))
