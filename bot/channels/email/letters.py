"""The mails that the assistant writes, each from its template."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels.email.client import MailServer
from bot.settings import Clinic, Settings

TEMPLATES = Path(__file__).parent / "templates"


def mail_deliverer(settings: Settings, clinic: Clinic) -> Callable[[str, dict[str, Any]], None]:
    """What delivers the outbox's mails: takes a row's key and payload; raises DeliveryError."""
    server = MailServer(settings.smtp_url, host_name=_domain(settings.mail_from))

    def deliver(key: str, payload: dict[str, Any]) -> None:
        server.send(write_letter(key, payload, sender=settings.mail_from, clinic=clinic))

    return deliver


def write_letter(key: str, payload: dict[str, Any], *, sender: str, clinic: Clinic) -> EmailMessage:
    """The mail that a payload of the outbox asks for.

    Args:
        key: of the outbox's row: the same key gives the same Message-ID, so that a repetition is recognised.
        payload: `to`, `template` (a file in templates/), and what the template names: `conversation_id`, and `at`, an ISO
            8601 time that is shown in the clinic's time zone. An alert goes to where staff are alerted now, if anywhere, so
            that a wrong address can be mended and the alert tried again.
    """
    at = datetime.fromisoformat(payload["at"]).astimezone(ZoneInfo(clinic.time_zone))
    values = {**payload, "clinic": clinic.name, "at": f"{at:%A %d %B %Y, %H:%M} ({clinic.time_zone})"}
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
    letter.set_content(Template(body).substitute(values))
    return letter


def _domain(address: str) -> str:
    return parseaddr(address)[1].rpartition("@")[2]
