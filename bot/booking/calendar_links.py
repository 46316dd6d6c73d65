"""The addresses of calendar files, which only the server can make up: a visitor's one appointment, the staff's feed."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256

from itsdangerous import BadSignature, URLSafeSerializer

from bot.booking.appointment import Appointment
from bot.database import now
from bot.errors import BotError
from bot.settings import Clinic, Settings, load_secret_key

PATH = "/webhooks/calendar"
KEPT = timedelta(days=90)  # after the appointment, its address leads nowhere
_SALT = "appointment-calendar"


class LinkError(BotError):
    """There is no calendar file under this address."""

    def __init__(self) -> None:
        super().__init__("There is no calendar file here.")


def appointment_link(appointment: Appointment, base_url: str, *, secret_key: str) -> str:
    """Where the visitor gets the appointment's file, always in its present state.

    Args:
        base_url: `settings.public_address`.
        secret_key: `load_secret_key(settings)`.
    """
    token = URLSafeSerializer(secret_key, salt=_SALT).dumps([appointment.id, appointment.code])
    return f"{base_url.rstrip('/')}{PATH}/appointments/{token}.ics"


def read_appointment_token(token: str, *, secret_key: str) -> tuple[int, str]:
    """The id and the code that an address was made for.

    Raises:
        LinkError: it was not made here.
    """
    try:
        id, code = URLSafeSerializer(secret_key, salt=_SALT).loads(token)
        return int(id), str(code)
    except (BadSignature, ValueError, TypeError) as error:
        raise LinkError from error


def is_kept(appointment: Appointment, at: datetime | None = None) -> bool:
    """Whether its address still leads to it."""
    return (at or now()) < appointment.ends_at + KEPT


def feed_link(settings: Settings, clinic: Clinic) -> str | None:
    """The address of the staff's feed; None where the clinic has none."""
    if not clinic.calendar.feed:
        return None
    token = _feed_token(load_secret_key(settings), clinic.calendar.feed)
    return f"{settings.public_address}{PATH}/feed/{token}.ics"


def opens_feed(token: str, *, secret_key: str, number: int) -> bool:
    """Whether this is the feed's present address; compared in constant time. The number 0: there is no feed."""
    right = _feed_token(secret_key, number).encode()
    return bool(number) and hmac.compare_digest(token.encode("utf-8", "surrogatepass"), right)


def _feed_token(secret_key: str, number: int) -> str:
    digest = hmac.new(secret_key.encode(), f"calendar-feed:{number}".encode(), sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
