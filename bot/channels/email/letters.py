"""The mails that the assistant writes, each from its template."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Any
from zoneinfo import ZoneInfo

from bot.booking.calendar_file import calendar_domain
from bot.booking.notices import appointment_of
from bot.channels.email.appointments import appointment_values, attach_calendar
from bot.channels.email.client import MailServer
from bot.settings import Clinic, Settings

TEMPLATES = Path(__file__).parent / "templates"


def mail_deliverer(settings: Settings, clinic: Clinic) -> Callable[[str, dict[str, Any]], None]:
    """What delivers the outbox's mails: takes a row's key and payload; raises DeliveryError."""
    server = MailServer(settings.smtp_url, host_name=_domain(settings.mail_from))
    domain = calendar_domain(settings)

    def deliver(key: str, payload: dict[str, Any]) -> None:
        server.send(write_letter(key, payload, sender=settings.mail_from, clinic=clinic, domain=domain))

    return deliver


def write_letter(
    key: str, payload: dict[str, Any], *, sender: str, clinic: Clinic, domain: str = ""
) -> EmailMessage:
    """The mail that a payload of the outbox asks for.

    Args:
        key: of the outbox's row: the same key gives the same Message-ID, so that a repetition is recognised.
        payload: `to`, `template` (a file in templates/), and what the template names: `conversation_id`, and `at`, an ISO
            8601 time that is shown in the clinic's time zone. An alert goes to where staff are alerted now, if anywhere, so
            that a wrong address can be mended and the alert tried again. With `appointment` (see
            `bot.booking.notices`), it is told of that and has its calendar file.
        domain: see `calendar_domain`; empty: the sender's.
    """
    at = datetime.fromisoformat(payload["at"]).astimezone(ZoneInfo(clinic.time_zone))
    values = {**payload, "clinic": clinic.name, "at": f"{at:%A %d %B %Y, %H:%M} ({clinic.time_zone})"}
    appointment = appointment_of(payload["appointment"]) if "appointment" in payload else None
    if appointment:
        values |= appointment_values(appointment, clinic)
    template = (TEMPLATES / f"{payload['template']}.txt").read_text(encoding="utf-8")
    subject, _, body = template.partition("\n\n")
    letter = EmailMessage()
    letter["From"] = sender
    is_alert = payload["template"].startswith("alert_")
    letter["To"] = (is_alert and clinic.alerts.email) or payload["to"]
    letter["Subject"] = Template(subject.removeprefix("Subject: ")).substitute(values)
    letter["Date"] = formatdate()
    letter["Message-ID"] = f"<{sha256(key.encode()).hexdigest()[:32]}@{_domain(sender)}>"
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office note in return
    letter.set_content(_without_empty_lines(Template(body).substitute(values)))
    if appointment:
        attach_calendar(letter, appointment, clinic=clinic, domain=domain or _domain(sender), sender=sender)
    return letter


def _without_empty_lines(text: str) -> str:
    """Without "With:" where the clinic names nobody, and without blanks at the end."""
    return re.sub(r"^[A-Z][\w ]*: \n", "", text, flags=re.MULTILINE).rstrip() + "\n"


def _domain(address: str) -> str:
    return parseaddr(address)[1].rpartition("@")[2]
