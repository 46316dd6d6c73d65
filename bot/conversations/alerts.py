"""Telling staff that a visitor needs them, by mail and by a call to a web address."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.conversations.models import Handoff
from bot.conversations.outbox import enqueue
from bot.settings import Clinic, Settings


@dataclass(frozen=True)
class AlertRoutes:
    """The ways on which staff are told.

    Args:
        email: the mail address; empty: not by mail.
        webhook: whether the web address of ALERT_WEBHOOK_URL is told.
    """

    email: str = ""
    webhook: bool = False


NOBODY = AlertRoutes()


def alert_routes(settings: Settings, clinic: Clinic) -> AlertRoutes:
    """As the settings allow: mail needs an address in `clinic.toml` and a mail server."""
    email = clinic.alerts.email if settings.sends_mail else ""
    return AlertRoutes(email=email, webhook=bool(settings.alert_webhook_url))


def tell_staff(session: Session, handoff: Handoff, routes: AlertRoutes) -> None:
    """Have staff told, once for each handoff, when the transaction commits.

    No word of the visitor's, no name and no number: neither mail nor a web service is a safe place. In lanes of their own:
    one that fails delays no other.
    """
    key = f"alert:{handoff.conversation_id}:{handoff.inbound_id}"
    about = {"conversation_id": handoff.conversation_id, "at": handoff.created_at.isoformat()}
    if routes.email:
        letter = {"to": routes.email, "template": f"alert_{handoff.reason}", **about}
        _enqueue(session, handoff, kind="email", key=key, payload=letter)
    if routes.webhook:
        call = {"reason": handoff.reason, **about}
        _enqueue(session, handoff, kind="webhook", key=f"{key}:webhook", payload=call)


def _enqueue(session: Session, handoff: Handoff, *, kind: str, key: str, payload: dict[str, str]) -> None:
    enqueue(session, kind=kind, key=key, lane=key, payload=payload, conversation_id=handoff.conversation_id)
