"""Telling a visitor of their consultation beside the chat: a mail where that can be sent, and the calendar file's address."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy.orm import Session

from bot.booking.appointment import Appointment
from bot.booking.calendar_links import appointment_link
from bot.booking.notices import NoticeKind, appointment_notice
from bot.conversations.outbox import enqueue
from bot.settings import Settings, load_secret_key, load_settings


def send_notice(session: Session, appointment: Appointment, kind: NoticeKind) -> None:
    """Let a mail leave with this transaction, where there is an address and a mail server; else nothing."""
    if not is_mailed(appointment.email):
        return
    key, lane, payload = appointment_notice(appointment, kind)
    enqueue(
        session, kind="email", key=key, lane=lane, payload=payload, conversation_id=appointment.conversation_id
    )


def is_mailed(email: str | None) -> bool:
    """Whether a mail reaches the visitor."""
    return bool(email) and _settings().sends_mail


def calendar_link(appointment: Appointment) -> str:
    """Where the appointment's calendar file is fetched; whoever has the address may."""
    return appointment_link(appointment, _settings().public_address, secret_key=_secret_key())


@lru_cache(maxsize=1)
def _settings() -> Settings:
    return load_settings()


@lru_cache(maxsize=1)
def _secret_key() -> str:
    return load_secret_key(_settings())
