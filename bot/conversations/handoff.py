"""Asking for a person: what staff will find waiting."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversations.models import Handoff
from bot.conversations.outbox import enqueue
from bot.database import now

SUMMARY_LENGTH = 500


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
    alert_to: str = "",
) -> Handoff:
    """Put the conversation before staff, once per inbound message: asked again, what was missing is filled in.

    Args:
        summary: what it is about; of a long one the end is kept, where the reason stands.
        alert_to: the mail address at which staff are told of it, in the same transaction; empty: nobody is.
    """
    query = select(Handoff).where(Handoff.conversation_id == conversation_id, Handoff.inbound_id == inbound_id)
    known = session.execute(query).scalar_one_or_none()
    if known is not None:
        known.name, known.phone, known.email = known.name or name, known.phone or phone, known.email or email
        return known  # type: ignore[no-any-return]
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
    if alert_to:
        _alert(session, handoff, alert_to)
    return handoff


def waiting_handoffs(session: Session) -> list[Handoff]:
    """Everything that waits for a person, oldest first."""
    query = select(Handoff).where(Handoff.status == "waiting").order_by(Handoff.created_at)
    return list(session.execute(query).scalars())


def _alert(session: Session, handoff: Handoff, to: str) -> None:
    """No word of the visitor's, no name and no number: mail is no safe place. In a lane of its own: one that fails delays
    no other."""
    key = f"alert:{handoff.conversation_id}:{handoff.inbound_id}"
    payload = {
        "to": to,
        "template": f"alert_{handoff.reason}",
        "conversation_id": handoff.conversation_id,
        "at": handoff.created_at.isoformat(),
    }
    enqueue(session, kind="email", key=key, lane=key, payload=payload, conversation_id=handoff.conversation_id)
