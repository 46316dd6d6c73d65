"""What has to be done once a minute: the worker does it, and several may do it at once."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.booking.appointment import Appointment
from bot.booking.closures import load_schedule
from bot.booking.notices import appointment_notice
from bot.booking.reminders import due_reminders
from bot.conversations.conversation import ConversationGoneError
from bot.conversations.outbox import enqueue
from bot.conversations.takeover import hand_back_if_idle, idle_conversations
from bot.database import Database, now
from bot.settings import Clinic, Handover

REMINDED_FROM_HOUR = 9  # by the clinic's clock, on the day before
FRESH = timedelta(days=1)


def end_idle_takeovers(database: Database, *, handover: Handover) -> None:
    """Let the assistant answer again in each conversation whose person has been silent for too long."""
    with database.reading() as session:
        idle = idle_conversations(session, handover=handover)
    for conversation_id in idle:
        with suppress(ConversationGoneError), database.transaction() as session:
            hand_back_if_idle(session, conversation_id, handover=handover)


def remind(database: Database, *, clinic: Clinic) -> None:
    """Enqueue a mail to everybody who comes tomorrow, from nine o'clock of the clinic's day on, each once."""
    moment = now()
    with database.reading() as session:
        schedule = load_schedule(session, clinic, now=moment)
    if schedule.local(moment).hour < REMINDED_FROM_HOUR:
        return
    with database.transaction() as session:
        for appointment in due_reminders(session, schedule, now=moment):
            _enqueue_reminder(session, appointment, moment)


def _enqueue_reminder(session: Session, appointment: Appointment, moment: datetime) -> None:
    """Whoever left no address, or booked within the last day, is not reminded."""
    if not appointment.email or moment - appointment.changed_at < FRESH:
        return
    key, lane, payload = appointment_notice(appointment, "reminder")
    enqueue(
        session, kind="email", key=key, lane=lane, payload=payload, conversation_id=appointment.conversation_id
    )
