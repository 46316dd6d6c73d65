"""Configuration enters here, once: environment variables (or `.env`) and `clinic.toml`."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tomli
from phonenumbers import SUPPORTED_REGIONS
from pydantic import BaseModel, BaseSettings, Extra, Field, StrictStr, ValidationError, validator

from bot.clinic_hours import BookingRules, check_hours, unknown_practitioner
from bot.errors import SettingsError

PROJECT_DIR = Path(__file__).resolve().parent.parent
MOST_MARK_CHARACTERS = 500


class Settings(BaseSettings):
    """What differs between one installation and the next. Every field may be set in the environment or in `.env`."""

    data_dir: Path = Field(Path("var"), description="Folder of everything the assistant writes.")
    database_url: str = Field(
        "", description="SQLAlchemy address of the database; empty means SQLite in DATA_DIR."
    )
    redis_url: str = Field("", description="Redis address; optional.")
    clinic_file: Path = Field(Path("clinic.toml"), description="The clinic's own settings.")
    sanic_workers: int = Field(1, ge=1, description="Processes that serve Rasa's channels.")
    host: str = Field("127.0.0.1", description="Address that the servers bind.")
    rasa_port: int = Field(5005, ge=1, le=65535, description="Port of the Rasa server.")
    actions_port: int = Field(5055, ge=1, le=65535, description="Port of the action server.")
    console_port: int = Field(5080, ge=1, le=65535, description="Port of the staff console.")
    allowed_origins: str = Field("", description="Websites that may embed the widget, separated by commas.")
    secret_key: str = Field("", description="Signs the visitors' sessions; empty means a key kept in DATA_DIR.")
    session_days: int = Field(30, ge=1, description="Days for which a visitor's chat session stays valid.")
    messages_per_minute: int = Field(20, ge=1, description="Messages a visitor may send in a minute.")
    light_rasa: bool = Field(True, description="Start Rasa without the parts that this assistant never uses.")
    smtp_url: str = Field("", description="Address of the mail server; empty means that no mail is sent.")
    mail_from: str = Field("", description="Address that the assistant's mails come from.")
    alert_webhook_url: str = Field("", description="Web address that is told when a visitor needs a person.")
    public_url: str = Field("", description="Address under which visitors reach this server; empty means HOST.")

    class Config:
        env_file = PROJECT_DIR / ".env"
        env_file_encoding = "utf-8"

    @validator("data_dir", "clinic_file")
    def _anchor(cls, path: Path) -> Path:
        return path if path.is_absolute() else PROJECT_DIR / path

    @validator("database_url", always=True)
    def _default_database(cls, url: str, values: dict[str, Any]) -> str:
        url = url or f"sqlite:///{values.get('data_dir')}/clinic.db"
        url = f"postgresql://{url.removeprefix('postgres://')}" if url.startswith("postgres://") else url
        if not url.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return url

    @validator("sanic_workers")
    def _shared_queue(cls, workers: int, values: dict[str, Any]) -> int:
        shared = values.get("redis_url") or str(values.get("database_url")).startswith("postgresql")
        if workers > 1 and not shared:
            raise ValueError("several need PostgreSQL or Redis, to keep each conversation in order")
        return workers

    @validator("smtp_url")
    def _mail_server(cls, url: str) -> str:
        if url and not _is_mail_server(url):
            raise ValueError(
                "must look like smtp+starttls://user:password@mail.example:587, %-encoded where needed"
            )
        return url

    @validator("mail_from", always=True)
    def _sender(cls, address: str, values: dict[str, Any]) -> str:
        if values.get("smtp_url") and not address:
            raise ValueError("must be set where SMTP_URL is")
        return _mail_address(address)

    @validator("alert_webhook_url")
    def _guarded_address(cls, url: str) -> str:
        if url and not _is_guarded(url):
            raise ValueError("must begin with https:// (or http:// for this machine) and name a host")
        return url

    @validator("public_url")
    def _web_address(cls, url: str) -> str:
        if url and not re.fullmatch(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", url):
            raise ValueError("must look like https://chat.your-clinic.example")
        return url.rstrip("/")

    @property
    def public_address(self) -> str:
        """Where links to this server lead, without a trailing slash."""
        return self.public_url or f"http://{self.host}:{self.rasa_port}"

    @property
    def sends_mail(self) -> bool:
        """Whether there is a mail server to send with."""
        return bool(self.smtp_url)

    @property
    def origins(self) -> list[str]:
        """The websites that may embed the widget, without trailing slashes."""
        return [origin.strip().rstrip("/") for origin in self.allowed_origins.split(",") if origin.strip()]


class _Strict(BaseModel):
    class Config:
        extra = Extra.forbid


class Contact(_Strict):
    """How a visitor reaches the clinic; empty where the clinic has not said."""

    phone: str = ""
    email: str = ""
    address: str = ""
    website: str = ""


class Alerts(_Strict):
    """Where staff are told that a visitor needs them; empty: nowhere."""

    email: str = ""

    @validator("email")
    def _address(cls, address: str) -> str:
        return _mail_address(address)


class Handover(_Strict):
    """What a visitor reads when a person joins the chat and when they leave it, and when they count as having left."""

    joined: str = "A person from the clinic has joined this chat and answers you now."
    left: str = "The person from the clinic has left this chat. The assistant answers again."
    takeover_idle_minutes: int = Field(default=30, ge=1, le=24 * 60)

    @validator("joined", "left")
    def _says_something(cls, words: str) -> str:
        if not words.strip() or len(words) > MOST_MARK_CHARACTERS:
            raise ValueError(f"must hold words, {MOST_MARK_CHARACTERS} characters at most")
        return words.strip()

    @property
    def idle_after(self) -> timedelta:
        """How long a person may be silent before the assistant answers again."""
        return timedelta(minutes=self.takeover_idle_minutes)


class UrgentCare(_Strict):
    """What somebody who needs a clinician now is told."""

    emergency_number: str = ""
    emergency: str = Field(min_length=1)
    crisis: str = Field(min_length=1)

    @validator("emergency", "crisis")
    def _known_placeholders(cls, wording: str) -> str:
        if unknown := [name for name in re.findall(r"{([^}]*)}", wording) if name != "number"]:
            raise ValueError(f"{{{unknown[0]}}} is no placeholder: only {{number}} is filled in")
        return wording

    def wording(self, level: str) -> str:
        """What to do now; `level` is `urgent` or `crisis`."""
        number = self.emergency_number or "your local emergency number"
        return (self.crisis if level == "crisis" else self.emergency).replace("{number}", number)


class CalendarWording(_Strict):
    """What an appointment is called in calendars and mails, and the number behind the address of the staff's feed."""

    title: str = "Consultation, {clinic}"
    with_practitioner: str = "With {practitioner}."
    note: str = 'To move or cancel it, write "cancel my appointment" in our chat. Your code: {code}'
    feed: int = 0

    @validator("feed")
    def _counts(cls, number: int) -> int:
        if number < 0:
            raise ValueError("must be 0 (no feed) or a number above it")
        return number

    @validator("title", "with_practitioner", "note")
    def _known_placeholders(cls, wording: str) -> str:
        known = ("clinic", "practitioner", "code")
        if unknown := [name for name in re.findall(r"{([^}]*)}", wording) if name not in known]:
            raise ValueError(
                f"{{{unknown[0]}}} is no placeholder: only {{clinic}}, {{practitioner}}, {{code}} are"
            )
        return wording


class Privacy(_Strict):
    """The line under the chat that says what happens to what visitors write."""

    line: str
    url: str = ""


class Clinic(_Strict):
    """`clinic.toml`: what a clinic edits first."""

    name: str = Field(min_length=1)
    time_zone: str = "UTC"
    country: str = ""
    day_first: bool = True
    contact: Contact = Contact()
    alerts: Alerts = Alerts()
    handover: Handover = Handover()
    opening_hours: dict[str, list[str]] = {}
    practitioners: list[str] = []
    booking: BookingRules = BookingRules()
    urgent_care: UrgentCare
    privacy: Privacy
    calendar: CalendarWording = CalendarWording()
    answers: dict[str, StrictStr] = {}

    def topic_answers(self) -> dict[str, str]:
        """The clinic's own answers by topic; where `[answers]` is empty, what `[contact]` and the hours say."""
        reached = (self.contact.phone, self.contact.email, self.contact.website)
        hours = (
            f"{day.capitalize()}: {', '.join(spans)}" for day, spans in self.opening_hours.items() if spans
        )
        facts = {
            "contact": "\n".join(filter(None, reached)),
            "location": self.contact.address,
            "opening_hours": "\n".join(hours),
        }
        return {**self.answers, **{topic: self.answers.get(topic) or fact for topic, fact in facts.items()}}

    @validator("country")
    def _known_country(cls, country: str) -> str:
        if country and country not in SUPPORTED_REGIONS:
            raise ValueError(f"{country!r} is not a country's two letters such as 'GB' or 'IN'")
        return country

    @validator("opening_hours")
    def _spans_of_days(cls, hours: dict[str, list[str]]) -> dict[str, list[str]]:
        return check_hours(hours)

    @validator("practitioners")
    def _names(cls, names: list[str]) -> list[str]:
        if any(not name.strip() for name in names) or len(set(names)) < len(names):
            raise ValueError("must be different names, none of them empty")
        return names

    @validator("booking")
    def _known_practitioners(cls, rules: BookingRules, values: dict[str, Any]) -> BookingRules:
        if name := unknown_practitioner(rules, values.get("practitioners", [])):
            raise ValueError(f"{name!r} has hours, and is not among the practitioners")
        return rules

    @validator("time_zone")
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is not a time zone such as 'Europe/London'") from error
        return name


def load_settings(**overrides: Any) -> Settings:
    """Read the environment and `.env`; `overrides` win.

    Raises:
        SettingsError: a value cannot be used; the message names it.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(f"A setting in the environment or .env is wrong: {_first_fault(error)}.") from error


def load_secret_key(settings: Settings) -> str:
    """The key that signs sessions: SECRET_KEY, or one made once and kept in DATA_DIR, readable by its owner only."""
    if settings.secret_key:
        return settings.secret_key
    file = settings.data_dir / "secret_key"
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        _create_secret(file)
    return file.read_text().strip()


def load_clinic(path: Path) -> Clinic:
    """Read `clinic.toml`.

    Raises:
        SettingsError: the file is missing, is not TOML or holds a wrong value; the message says which.
    """
    try:
        content = tomli.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"{path.name} is missing: restore it from the repository.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path.name} is not UTF-8 text: save it again as UTF-8.") from error
    except tomli.TOMLDecodeError as error:
        raise SettingsError(f"{path.name} is not valid TOML: {error}.") from error
    try:
        return Clinic(**content)
    except ValidationError as error:
        raise SettingsError(f"{path.name} has a wrong value: {_first_fault(error)}.") from error


def _is_guarded(url: str) -> bool:
    """Whether what is sent there cannot be read on the way: encrypted, or not leaving this machine."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is no port
    except ValueError:
        return False
    host = parts.hostname or ""
    return (
        bool(host)
        and not parts.fragment
        and (parts.scheme == "https" or parts.scheme == "http" and _is_here(host))
    )


def _is_here(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _is_mail_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is no port
    except ValueError:
        return False
    known = parts.scheme in ("smtp", "smtp+starttls", "smtps") and bool(parts.hostname)
    return known and not (parts.path.strip("/") or parts.query or parts.fragment)


def _mail_address(address: str) -> str:
    if address and not re.fullmatch(
        r"[^@\s<>,;]+@[^@\s<>,;]+|[^@<>,;\r\n]+ <[^@\s<>,;]+@[^@\s<>,;]+>", address
    ):
        raise ValueError("is no mail address such as 'assistant@clinic.example'")
    return address


def _create_secret(file: Path) -> None:
    """Written aside and then linked, so that two processes that start at once agree on one whole key."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48))
    with contextlib.suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    return f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
