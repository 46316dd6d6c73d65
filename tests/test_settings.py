"""Wrong settings stop with one sentence that says what to do."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import PROJECT_DIR, Alerts, alert_address, load_clinic, load_secret_key, load_settings

SHIPPED = (PROJECT_DIR / "clinic.toml").read_text(encoding="utf-8")


def test_database_is_a_sqlite_file_in_the_data_folder_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = load_settings(data_dir=Path("/example"))
    assert settings.database_url == "sqlite:////example/clinic.db"


def test_port_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RASA_PORT", "often")
    with pytest.raises(SettingsError, match="rasa_port"):
        load_settings()


SENDER = "assistant@clinic.example"


@pytest.mark.parametrize(
    "url",
    [
        "smtp://127.0.0.1",
        "smtps://mail.clinic.example",
        "smtp+starttls://user%40clinic.example:p%2Fss@mail.clinic.example:587",
        "smtp://[::1]:2525/",
    ],
)
def test_mail_server_is_taken(url: str) -> None:
    assert load_settings(smtp_url=url, mail_from=SENDER).sends_mail


@pytest.mark.parametrize(
    "url",
    [
        "mail.clinic.example",
        "https://mail.clinic.example",
        "smtp://",
        "smtp://mail.clinic.example:often",
        "smtps://user:se/cret@mail.clinic.example",
        "smtps://user:se#cret@mail.clinic.example",
    ],
)
def test_mail_server_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="smtp_url: must look like") as fault:
        load_settings(smtp_url=url, mail_from=SENDER)
    assert "cret" not in fault.value.message


@pytest.mark.parametrize("sender", ["", "clinic", "a@b, c@d", "a@b\nBcc: c@d", "Skin, Hair <a@b>"])
def test_mail_without_a_sender_is_refused(sender: str) -> None:
    with pytest.raises(SettingsError, match="mail_from"):
        load_settings(smtp_url="smtp://127.0.0.1", mail_from=sender)


@pytest.mark.parametrize("url", ["https://chat.clinic.example/", "http://127.0.0.1:5005", ""])
def test_public_address_has_no_slash_at_its_end(url: str) -> None:
    settings = load_settings(public_url=url, host="127.0.0.1", rasa_port=5005)
    assert settings.public_address == (url.rstrip("/") or "http://127.0.0.1:5005")


@pytest.mark.parametrize(
    "url", ["chat.clinic.example", "ftp://a.example", "https://a:b@c.example", "https://a.example/?x"]
)
def test_public_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="public_url: must look like"):
        load_settings(public_url=url)


def test_alerts_need_an_address_and_a_mail_server() -> None:
    clinic = load_clinic(PROJECT_DIR / "clinic.toml")
    named = clinic.copy(update={"alerts": Alerts(email="staff@clinic.example")})
    silent, sending = load_settings(smtp_url=""), load_settings(smtp_url="smtp://127.0.0.1", mail_from=SENDER)
    assert alert_address(sending, named) == "staff@clinic.example"
    assert [alert_address(silent, named), alert_address(sending, clinic)] == ["", ""]


def test_shipped_clinic_claims_nothing_that_the_article_does_not_say() -> None:
    clinic = load_clinic(PROJECT_DIR / "clinic.toml")
    assert clinic.name == "Dr Hera's Skin & Hair Clinic"
    assert not any(clinic.contact.dict().values())
    assert not clinic.alerts.email
    assert not any(clinic.opening_hours.values())
    assert not any(clinic.answers.values())
    assert not clinic.practitioners


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (SHIPPED.replace('"UTC"', '"Mars/Olympus"'), "time_zone"),
        (SHIPPED.replace('country = ""', 'country = "Atlantis"'), "country"),
        (SHIPPED.replace('country = ""', 'country = "UK"'), "country"),
        (SHIPPED.replace("call {number} or go", "call {nummer} or go"), "nummer"),
        (SHIPPED.replace('price = ""', "price = 90"), "price"),
        (SHIPPED.replace("[alerts]\nemail =", '[alerts]\nemail = "staff at clinic" #'), "mail address"),
        (SHIPPED.replace("monday = []", 'monday = ["18:00-09:00"]'), "18:00-09:00"),
        (SHIPPED.replace("monday = []", "funday = []"), "funday"),
        (SHIPPED + "\n[[broken", "TOML"),
        (SHIPPED.replace("name =", "nmae ="), "nmae|name"),
        (SHIPPED.replace("[urgent_care]", "[urgent]"), "urgent"),
        (SHIPPED.replace("feed = 0", "feed = -1"), "feed"),
        (SHIPPED.replace('"Consultation, {clinic}"', '"Consultation, {patient}"'), "patient"),
    ],
)
def test_broken_clinic_file_is_named_in_one_sentence(tmp_path: Path, content: str, hint: str) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=hint) as fault:
        load_clinic(file)
    assert "clinic.toml" in fault.value.message
    assert "\n" not in fault.value.message


def test_missing_clinic_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="clinic.toml is missing"):
        load_clinic(tmp_path / "clinic.toml")


def test_clinic_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(SettingsError, match="UTF-8"):
        load_clinic(tmp_path / "clinic.toml")


def test_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, secret_key="")
    key = load_secret_key(settings)
    assert len(key) >= 32
    assert load_secret_key(settings) == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_configured_secret_key_is_used(tmp_path: Path) -> None:
    assert load_secret_key(load_settings(data_dir=tmp_path, secret_key="configured")) == "configured"


def test_origins_are_separated_by_commas() -> None:
    settings = load_settings(allowed_origins="https://a.example/, https://b.example")
    assert settings.origins == ["https://a.example", "https://b.example"]


def test_contact_and_hours_answer_their_topics_unless_the_clinic_worded_them() -> None:
    clinic = load_clinic(PROJECT_DIR / "clinic.toml")
    clinic = clinic.copy(
        update={
            "contact": clinic.contact.copy(update={"phone": "+44 20 7946 0000", "address": "1 Example Street"}),
            "opening_hours": {"monday": ["09:00-12:00", "13:00-17:00"], "tuesday": []},
            "answers": {"location": "Opposite the example station.", "price": ""},
        }
    )
    assert clinic.topic_answers() == {
        "contact": "+44 20 7946 0000",
        "location": "Opposite the example station.",
        "opening_hours": "Monday: 09:00-12:00, 13:00-17:00",
        "price": "",
    }
