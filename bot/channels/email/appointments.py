"""What a mail on an appointment says beside its template, and the calendar file in it."""

from __future__ import annotations

from email.message import EmailMessage
from zoneinfo import ZoneInfo

from bot.booking.appointment import Appointment
from bot.booking.calendar_file import appointment_calendar, method
from bot.settings import Clinic

FILE = "appointment.ics"


def appointment_values(appointment: Appointment, clinic: Clinic) -> dict[str, str]:
    """What the templates name; each on one line."""
    at = appointment.starts_at.astimezone(ZoneInfo(clinic.time_zone))
    reached = (clinic.contact.phone, clinic.contact.email, clinic.contact.website)
    values = {
        "day": f"{at:%A %d %B, %H:%M}",
        "name": appointment.name,
        "practitioner": appointment.practitioner,
        "place": ", ".join(clinic.contact.address.splitlines()),
        "code": appointment.code,
        "contact": " · ".join(filter(None, reached)),
    }
    return {name: " ".join(_sayable(value).split()) for name, value in values.items()}


def attach_calendar(
    letter: EmailMessage, appointment: Appointment, *, clinic: Clinic, domain: str, sender: str
) -> None:
    """Put the file into the mail twice: mail programs offer the one to the calendar (RFC 6047), people open the other."""
    content = appointment_calendar(appointment, clinic=clinic, domain=domain, organizer=sender)
    asks = {"method": method(appointment)}
    letter.add_alternative(content.decode(), subtype="calendar", params=asks, cte="quoted-printable")
    letter.add_attachment(content, maintype="application", subtype="ics", filename=FILE)


def _sayable(words: str) -> str:
    """Half a character that cannot be sent becomes a question mark."""
    return words.encode("utf-8", "replace").decode()
