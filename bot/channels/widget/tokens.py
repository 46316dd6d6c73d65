"""Signed sessions: a token says which conversation its holder may read and write, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from itsdangerous import BadSignature, URLSafeSerializer

from bot.channels.widget.payloads import RequestError
from bot.database import now

_SALT = "widget-session"


@dataclass(frozen=True)
class Session:
    """A visitor's session on the website."""

    token: str
    conversation_id: str
    expires_at: datetime


class Tokens:
    """Issues and reads tokens, signed with HMAC by `itsdangerous`.

    Args:
        lifetime: how long a new token is valid.
    """

    def __init__(self, secret_key: str, *, lifetime: timedelta) -> None:
        self._serializer = URLSafeSerializer(secret_key, salt=_SALT)
        self._lifetime = lifetime

    def issue(self, conversation_id: str) -> Session:
        """A new session for the conversation."""
        expires_at = (now() + self._lifetime).replace(microsecond=0)
        token = self._serializer.dumps([conversation_id, int(expires_at.timestamp())])
        return Session(str(token), conversation_id, expires_at)

    def read(self, authorization: str | None) -> Session:
        """The session of an `Authorization: Bearer …` header.

        Raises:
            RequestError: 401: missing, forged or expired.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthorized("This request needs a session token.")
        try:
            conversation_id, seconds = self._serializer.loads(token.strip())
        except (BadSignature, ValueError, TypeError) as error:
            raise _unauthorized("The session token is not valid. Please start a new chat.") from error
        expires_at = datetime.fromtimestamp(seconds, timezone.utc)
        if expires_at <= now():
            raise _unauthorized("The session has expired. Please start a new chat.")
        return Session(token, conversation_id, expires_at)


def _unauthorized(message: str) -> RequestError:
    return RequestError(401, "unauthorized", message)
