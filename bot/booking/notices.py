"""What the outbox is given to tell a visitor of an appointment: plain data, which the caller enqueues as `email`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from bot.booking.appointment import Appointment
from bot.errors import BotError

NoticeKind = Literal["confirmed", "changed", "cancelled", "reminder"]


class NoMailAddressError(BotError):
    """The appointment's visitor has left no mail address."""

    def __init__(self) -> None:
        super().__init__("No mail can be sent: the visitor left no mail address.")


def appointment_notice(appointment: Appointment, kind: NoticeKind) -> tuple[str, str, dict[str, Any]]:
    """Key, lane and payload of a mail, for `bot.conversations.outbox.enqueue(kind="email", …)`.

    One mail for each kind of each version of the appointment, in the order of enqueuing; a reminder is made when it is due,
    so that it tells what is true then.

    Raises:
        NoMailAddressError: there is nobody to send it to.
    """
    if not appointment.email:
        raise NoMailAddressError
    key = f"appointment:{appointment.code}:{appointment.sequence}:{kind}"
    payload = {
        "template": f"appointment_{kind}",
        "to": appointment.email,
        "conversation_id": appointment.conversation_id,
        "at": appointment.starts_at.isoformat(),
        "appointment": appointment_payload(appointment),
    }
    return key, f"appointment:{appointment.code}", payload


def appointment_payload(appointment: Appointment) -> dict[str, Any]:
    """The appointment as JSON takes it, without what no mail needs: phone number, concern and cautions."""
    return {
        "id": appointment.id,
        "code": appointment.code,
        "conversation_id": appointment.conversation_id,
        "status": appointment.status,
        "starts_at": appointment.starts_at.isoformat(),
        "ends_at": appointment.ends_at.isoformat(),
        "practitioner": appointment.practitioner,
        "name": appointment.name,
        "email": appointment.email,
        "sequence": appointment.sequence,
        "changed_at": appointment.changed_at.isoformat(),
    }


def appointment_of(payload: dict[str, Any]) -> Appointment:
    """The appointment of a payload; what it leaves out is empty."""
    times = {name: datetime.fromisoformat(payload[name]) for name in ("starts_at", "ends_at", "changed_at")}
    return Appointment(**{**payload, **times}, phone=None, concern="", cautions=())
