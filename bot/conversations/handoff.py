"""Asking for a person: what staff will find waiting, who has taken it, and when it was done with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement

from bot.conversations.alerts import NOBODY, AlertRoutes, tell_staff
from bot.conversations.models import Handoff
from bot.database import now

SUMMARY_LENGTH = 500
OPEN = ("waiting", "taken")


def request_handoff(
    session: Session,
    conversation_id: str,
    inbound_id: str,
    *,
    reason: str,
    summary: str,
    name: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    alert_to: AlertRoutes = NOBODY,
) -> Handoff:
    """Put the conversation before staff, once per inbound message: asked again, what was missing is filled in.

    Args:
        summary: what it is about; of a long one the end is kept, where the reason stands.
        alert_to: how staff are told of it, by what is written in the same transaction.
    """
    known = find_handoff(session, conversation_id, inbound_id)
    if known is not None:
        known.name, known.phone, known.email = known.name or name, known.phone or phone, known.email or email
        return known
    handoff = Handoff(
        conversation_id=conversation_id,
        inbound_id=inbound_id,
        reason=reason,
        summary=summary[-SUMMARY_LENGTH:],
        name=name,
        phone=phone,
        email=email,
        status="waiting",
        created_at=now(),
    )
    session.add(handoff)
    tell_staff(session, handoff, alert_to)
    return handoff


def find_handoff(session: Session, conversation_id: str, inbound_id: str) -> Handoff | None:
    """The handoff that this message made."""
    query = select(Handoff).where(Handoff.conversation_id == conversation_id, Handoff.inbound_id == inbound_id)
    return session.execute(query).scalar_one_or_none()  # type: ignore[no-any-return]


def withdraw_handoff(session: Session, conversation_id: str, inbound_id: str) -> bool:
    """Close the wish for a person that this message made; False where it reported something that staff should see anyway."""
    handoff = find_handoff(session, conversation_id, inbound_id)
    if handoff is None or handoff.reason not in ("asked", "misunderstood"):
        return False
    if handoff.status == "waiting":
        handoff.status, handoff.closed_at = "closed", now()
    return True


def waiting_handoffs(session: Session) -> list[Handoff]:
    """Everything that waits for a person, oldest first."""
    return _with_status(session, "waiting")


def open_handoffs(session: Session) -> list[Handoff]:
    """What waits for a person, and what one has taken and is not done with, oldest first."""
    return _with_status(session, *OPEN)


def take_handoffs(session: Session, conversation_id: str, *, by: str, at: datetime) -> None:
    """What waits in the conversation, or somebody else had, is this person's now."""
    open_ones = or_(Handoff.status == "waiting", and_(Handoff.status == "taken", Handoff.taken_by != by))
    _update(session, conversation_id, open_ones, status="taken", taken_by=by, taken_at=at)


def close_handoffs(session: Session, conversation_id: str, *, at: datetime) -> None:
    """What was taken in the conversation is done with; what nobody has taken goes on waiting."""
    _update(session, conversation_id, Handoff.status == "taken", status="closed", closed_at=at)


def give_handoffs_back(session: Session, conversation_id: str) -> None:
    """What was taken in the conversation waits for a person again."""
    _update(session, conversation_id, Handoff.status == "taken", status="waiting", taken_by=None, taken_at=None)


def _with_status(session: Session, *statuses: str) -> list[Handoff]:
    query = select(Handoff).where(Handoff.status.in_(statuses)).order_by(Handoff.created_at, Handoff.id)
    return list(session.execute(query).scalars())


def _update(session: Session, conversation_id: str, which: ClauseElement, **values: object) -> None:
    session.flush()
    those = update(Handoff).where(Handoff.conversation_id == conversation_id, which)
    session.execute(those.values(**values), execution_options={"synchronize_session": "fetch"})
