"""Handing a mail to the clinic's mail server."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
import time
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.conversations.outbox import DeliveryError

ANSWER_SECONDS = 10.0
# A server that delays each of its answers must not keep a mail longer than the outbox's lease (60 s) lets us.
DIALOGUE_SECONDS = 40.0
GOODBYE_SECONDS = 1.0
STANDARD_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class MailServer:
    """The mail server under an address such as `smtp+starttls://user:password@mail.example:587`.

    Args:
        host_name: the name by which we introduce ourselves; else Python asks the name service, without a time limit.
    """

    def __init__(self, url: str, *, host_name: str) -> None:
        self._address = urlsplit(url)
        self._host_name = host_name

    def send(self, message: EmailMessage) -> None:
        """Hand the mail over.

        Raises:
            DeliveryError: it was not taken; permanent where the server refused this mail for good (5xx). A server that is
                away, does not let us in or says "later" (4xx) may take it another time.
        """
        try:
            server = self._sign_in()
        except smtplib.SMTPResponseException as error:
            raise DeliveryError(f"The mail server does not let us in ({error.smtp_code}).") from error
        except OSError as error:
            raise DeliveryError(
                f"The connection to the mail server failed ({type(error).__name__})."
            ) from error
        try:
            _hand_over(server, message)
        except DeliveryError:
            server.close()
            raise
        server.hurry(GOODBYE_SECONDS)
        with contextlib.suppress(OSError):  # it has the mail, whatever becomes of the goodbye
            server.quit()

    def _sign_in(self) -> _Dialogue:
        scheme, host = self._address.scheme, self._address.hostname or ""
        port = self._address.port or STANDARD_PORTS[scheme]
        options: dict[str, Any] = {"local_hostname": self._host_name, "timeout": ANSWER_SECONDS}
        if scheme == "smtps":
            return self._introduced(_TlsDialogue(host, port, context=_trusted(), **options))
        server = _Dialogue(host, port, **options)
        if scheme == "smtp+starttls":
            with _closed_on_failure(server):
                server.starttls(context=_trusted())
        return self._introduced(server)

    def _introduced(self, server: _Dialogue) -> _Dialogue:
        with _closed_on_failure(server):
            server.ehlo_or_helo_if_needed()
            if self._address.username:
                server.login(unquote(self._address.username), unquote(self._address.password or ""))
        return server


class _Dialogue(smtplib.SMTP):
    """Gives each answer its time, and all of them together theirs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.hurry(DIALOGUE_SECONDS)
        super().__init__(*args, **kwargs)

    def hurry(self, seconds: float) -> None:
        """Allow so much time from now on."""
        self._ends_at = time.monotonic() + seconds

    def getreply(self) -> tuple[int, bytes]:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            self.close()
            raise smtplib.SMTPServerDisconnected("the mail server took too long")
        if self.sock is not None:
            self.sock.settimeout(min(ANSWER_SECONDS, left))
        return super().getreply()


class _TlsDialogue(_Dialogue, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


@contextlib.contextmanager
def _closed_on_failure(server: smtplib.SMTP) -> Iterator[None]:
    try:
        yield
    except BaseException:
        server.close()
        raise


def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> None:
    """The server's own words are left out: they often repeat an address."""
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise DeliveryError(
            f"The mail server refuses the recipient ({code}).", permanent=code >= 500
        ) from error
    except smtplib.SMTPResponseException as error:
        code = error.smtp_code
        raise DeliveryError(f"The mail server refuses the mail ({code}).", permanent=code >= 500) from error
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError("The mail server takes no such address.", permanent=True) from error
    except OSError as error:
        raise DeliveryError(f"The mail server did not answer ({type(error).__name__}).") from error
