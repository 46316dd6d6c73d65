"""The commands by which staff look after consultations, until the console has them."""

from __future__ import annotations

import argparse
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.errors import BotError
from bot.progress import say

if TYPE_CHECKING:
    from bot.booking.appointment import Appointment
    from bot.booking.schedule import Schedule
    from bot.settings import Clinic, Settings


class CommandError(BotError):
    """Something that was typed in another form than asked for."""


def add_booking_commands(commands: Any) -> None:
    """Add them to the command line's subparsers."""
    day = commands.add_parser("bookings", help="list the consultations of a day")
    day.add_argument("day", nargs="?", default="", help="such as 2026-12-01; by default today")
    day.set_defaults(command=_bookings)
    confirm = commands.add_parser("confirm", help="give a request for a consultation its time")
    confirm.add_argument("code", help="the request's code, as `waiting` shows it")
    confirm.add_argument("time", help="by the clinic's clock, such as 2026-12-01T10:00")
    confirm.add_argument("--with", dest="practitioner", default="", metavar="NAME", help="one of clinic.toml's")
    confirm.set_defaults(command=_confirm)
    close = commands.add_parser("close", help="take no bookings from one time until another")
    close.add_argument("since", help="by the clinic's clock, such as 2026-12-24T12:00")
    close.add_argument("until", help="the first moment at which bookings are taken again")
    close.add_argument("--with", dest="practitioner", default="", metavar="NAME", help="whose; by default all")
    close.add_argument("--reason", default="", help="for colleagues")
    close.set_defaults(command=_close)


def _bookings(arguments: argparse.Namespace) -> None:
    from bot.booking.closures import load_schedule
    from bot.booking.lookup import bookings_of_day
    from bot.database import now

    database, clinic, _settings = _opened()
    with database.reading() as session:
        schedule = load_schedule(session, clinic, now=now())
        day = _day(arguments.day) if arguments.day else schedule.local(now()).date()
        found = bookings_of_day(session, schedule, day)
    many = "1 consultation" if len(found) == 1 else f"{len(found) or 'no'} consultations"
    say(f"{day:%A} {day.day} {day:%B %Y}: {many}")
    for appointment in found:
        say(_line(schedule, appointment))


def _confirm(arguments: argparse.Namespace) -> None:
    from bot.booking.closures import load_schedule
    from bot.booking.desk import confirm_request
    from bot.booking.lookup import booking_id_with
    from bot.booking.notices import appointment_notice
    from bot.conversations.outbox import enqueue
    from bot.database import now

    database, clinic, settings = _opened()
    _require_known(clinic, arguments.practitioner)
    with database.transaction() as session:
        schedule = load_schedule(session, clinic, now=now())
        slot = schedule.slot(_moment(arguments.time, schedule), arguments.practitioner)
        request = booking_id_with(session, arguments.code)
        booked = confirm_request(session, schedule, request, slot, now=now())
        mailed = bool(booked.email) and settings.sends_mail
        if mailed:
            key, lane, payload = appointment_notice(booked, "confirmed")
            owner = booked.conversation_id
            enqueue(session, kind="email", key=key, lane=lane, payload=payload, conversation_id=owner)
    say(_line(schedule, booked))
    say("A mail tells the visitor." if mailed else "Tell the visitor: no mail was sent.")


def _close(arguments: argparse.Namespace) -> None:
    from bot.booking.closures import add_closure, load_schedule
    from bot.database import now

    database, clinic, _settings = _opened()
    if arguments.practitioner:
        _require_known(clinic, arguments.practitioner)
    with database.transaction() as session:
        schedule = load_schedule(session, clinic, now=now())
        span = (_moment(arguments.since, schedule), _moment(arguments.until, schedule))
        options = {"practitioner": arguments.practitioner, "reason": arguments.reason}
        add_closure(session, *span, **options, now=now())
    say("No bookings are taken then.")


def _line(schedule: Schedule, appointment: Appointment) -> str:
    begins, ends = schedule.local(appointment.starts_at), schedule.local(appointment.ends_at)
    contact = ", ".join(filter(None, (appointment.phone, appointment.email)))
    who = f" with {appointment.practitioner}" if appointment.practitioner else ""
    noted = f", mentioned {', '.join(appointment.cautions)}" if appointment.cautions else ""
    about = f", {appointment.concern}" if appointment.concern else ""
    missed = ", did not come" if appointment.status == "no_show" else ""
    times = f"{begins:%Y-%m-%d %H:%M}-{ends:%H:%M}"
    return f"{times}{who}  {appointment.code}: {appointment.name}, {contact}{about}{noted}{missed}"


def _require_known(clinic: Clinic, practitioner: str) -> None:
    names = clinic.practitioners or [""]
    if practitioner not in names:
        raise CommandError(f"Say with whom (--with): {', '.join(names)}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no day such as 2026-12-01.") from error


def _moment(text: str, schedule: Schedule) -> datetime:
    """The moment at which the clinic's clock shows that."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no time such as 2026-12-01T10:00.") from error
    return local if local.tzinfo else local.replace(tzinfo=schedule.zone)


def _opened() -> tuple[Any, Clinic, Settings]:
    from bot.database import Database
    from bot.settings import load_clinic, load_settings

    settings = load_settings()
    return Database(settings.database_url), load_clinic(settings.clinic_file), settings
