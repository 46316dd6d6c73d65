"""A mail is handed over once, encrypted where asked; what goes wrong is told apart: for good, or for now."""

from __future__ import annotations

import ssl
import time
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.channels.email import client
from bot.channels.email.client import MailServer
from bot.conversations.outbox import DeliveryError
from tests.support.assistant import free_port
from tests.support.mail import Postbox, mail_server

PASSWORD = "p@ss:w/rd"
QUOTED = "p%40ss%3Aw%2Frd"


def letter(to: str = "staff@clinic.example") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "assistant@clinic.example", to, "Hello"
    message.set_content("Look.")
    return message


def send(url: str, message: EmailMessage | None = None) -> None:
    MailServer(url, host_name="clinic.example").send(message or letter())


def refusal(url: str, message: EmailMessage | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as fault:
        send(url, message)
    return fault.value


def authenticate(_server: object, _session: object, _envelope: object, _how: str, given: object) -> AuthResult:
    assert isinstance(given, LoginPassword)
    known = (given.login, given.password) == (b"clinic", PASSWORD.encode())
    return AuthResult(success=known, handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that only a test trusts, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    at = datetime.now(timezone.utc)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(built.public_bytes(serialization.Encoding.PEM) + private)
    return file


@pytest.fixture
def encrypting(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


def test_mail_arrives(postbox: Postbox) -> None:
    with mail_server(postbox) as port:
        send(f"smtp://127.0.0.1:{port}")
    (mail,) = postbox.mails
    assert (mail["To"], mail["Subject"], mail.get_content().strip()) == (
        "staff@clinic.example",
        "Hello",
        "Look.",
    )


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # the server cannot tell that its connection is encrypted
def test_mail_arrives_encrypted_and_signed_in(
    postbox: Postbox, certificate: Path, encrypting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    guarded = {"authenticator": authenticate, "auth_required": True}
    with mail_server(postbox, tls_context=encrypting, require_starttls=True, **guarded) as port:
        send(f"smtp+starttls://clinic:{QUOTED}@127.0.0.1:{port}")
    with mail_server(postbox, ssl_context=encrypting, auth_require_tls=False, **guarded) as port:
        send(f"smtps://clinic:{QUOTED}@127.0.0.1:{port}")
    assert len(postbox.mails) == 2


def test_server_that_cannot_prove_itself_gets_nothing(postbox: Postbox, encrypting: ssl.SSLContext) -> None:
    with mail_server(postbox, tls_context=encrypting) as port:
        assert not refusal(f"smtp+starttls://127.0.0.1:{port}").permanent
    with mail_server(postbox, ssl_context=encrypting) as port:
        assert not refusal(f"smtps://127.0.0.1:{port}").permanent
    assert not postbox.mails


def test_server_without_encryption_gets_nothing_where_it_is_asked_for(postbox: Postbox) -> None:
    with mail_server(postbox) as port:
        assert not refusal(f"smtp+starttls://127.0.0.1:{port}").permanent
    assert not postbox.mails


def test_wrong_password_may_be_mended(postbox: Postbox) -> None:
    with mail_server(postbox, authenticator=authenticate, auth_require_tls=False) as port:
        fault = refusal(f"smtp://clinic:wrong@127.0.0.1:{port}")
    assert (fault.message, fault.permanent) == ("The mail server does not let us in (535).", False)


@pytest.mark.parametrize(("answer", "permanent"), [("451 Later", False), ("554 Never", True)])
def test_refused_mail(postbox: Postbox, answer: str, permanent: bool) -> None:
    postbox.answers = [answer]
    with mail_server(postbox) as port:
        fault = refusal(f"smtp://127.0.0.1:{port}")
    assert (fault.message, fault.permanent) == (f"The mail server refuses the mail ({answer[:3]}).", permanent)


@pytest.mark.parametrize(("code", "permanent"), [("450", False), ("550", True)])
def test_refused_recipient_is_not_named(postbox: Postbox, code: str, permanent: bool) -> None:
    postbox.recipient_answer = f"{code} <staff@clinic.example> unknown"
    with mail_server(postbox) as port:
        fault = refusal(f"smtp://127.0.0.1:{port}")
    assert (fault.message, fault.permanent) == (f"The mail server refuses the recipient ({code}).", permanent)


def test_address_that_the_server_cannot_take_is_refused_for_good(postbox: Postbox) -> None:
    with mail_server(postbox, enable_SMTPUTF8=False) as port:
        assert refusal(f"smtp://127.0.0.1:{port}", letter("müller@clinic.example")).permanent


def test_server_that_is_away_may_come_back() -> None:
    fault = refusal(f"smtp://127.0.0.1:{free_port()}")
    assert (fault.message, fault.permanent) == (
        "The connection to the mail server failed (ConnectionRefusedError).",
        False,
    )


def test_server_that_delays_every_answer_is_left_in_time(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "DIALOGUE_SECONDS", 0.7)
    postbox.delays = 0.4
    with mail_server(postbox) as port:
        started = time.monotonic()
        assert not refusal(f"smtp://127.0.0.1:{port}").permanent
        assert time.monotonic() - started < 1.5


def test_mail_taken_counts_as_sent_whatever_becomes_of_the_goodbye(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "GOODBYE_SECONDS", 0.2)
    postbox.lingers = 1.5
    with mail_server(postbox) as port:
        started = time.monotonic()
        send(f"smtp://127.0.0.1:{port}")
        assert time.monotonic() - started < 1.2
    assert len(postbox.mails) == 1
