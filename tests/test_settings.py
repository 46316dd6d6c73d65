"""Wrong settings stop with one sentence that says what to do."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import pytest

from bot.clinic_hours import BookingRules
from bot.errors import SettingsError
from bot.settings import PROJECT_DIR, load_clinic, load_secret_key, load_settings

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
        (SHIPPED.replace("monday = []", 'monday = ["09:00-25:00"]'), "09:00-25:00"),
        (SHIPPED.replace("day_first = true", 'day_first = "sometimes"'), "day_first"),
        (SHIPPED.replace("practitioners = []", 'practitioners = ["Example A", "Example A"]'), "practitioners"),
        (SHIPPED.replace("consultation_minutes = 30", "consultation_minutes = 32"), "consultation_minutes"),
        (SHIPPED.replace("consultation_minutes = 30", "consultation_minutes = 0"), "consultation_minutes"),
        (SHIPPED.replace("buffer_minutes = 0", "buffer_minutes = -5"), "buffer_minutes"),
        (SHIPPED.replace("step_minutes = 15", "step_minutes = 0"), "step_minutes"),
        (SHIPPED.replace("notice_hours = 24", 'notice_hours = "a day"'), "notice_hours"),
        (SHIPPED.replace("horizon_days = 60", "horizon_days = 3650"), "horizon_days"),
        (SHIPPED.replace("horizon_days = 60", "horizont_days = 60"), "horizont_days"),
        (SHIPPED.replace("closures = []", 'closures = ["25/12/2026"]'), "25/12/2026"),
        (SHIPPED.replace("closures = []", 'closures = ["2026-02-30"]'), "2026-02-30"),
        (SHIPPED.replace("closures = []", 'closures = ["2026-12-26..2026-12-24"]'), "ends before it begins"),
        (SHIPPED.replace("closures = []", 'closures = "2026-12-24"'), "must be a list"),
        (SHIPPED + '[booking.practitioner_hours."Example A"]\nmonday = ["09:00-12:00"]', "Example A"),
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


def test_rules_of_booking_are_read(tmp_path: Path) -> None:
    closures = 'closures = ["2026-12-24..2026-12-26", "2027-01-01", 2027-01-06]'
    content = SHIPPED.replace("closures = []", closures).replace(
        "practitioners = []", 'practitioners = ["Example A"]'
    )
    hours = '\n[booking.practitioner_hours."Example A"]\nmonday = ["20:00-24:00"]'
    (tmp_path / "clinic.toml").write_text(content + hours, encoding="utf-8")
    clinic = load_clinic(tmp_path / "clinic.toml")
    assert clinic.booking.closures == [
        (date(2026, 12, 24), date(2026, 12, 26)),
        (date(2027, 1, 1), date(2027, 1, 1)),
        (date(2027, 1, 6), date(2027, 1, 6)),
    ]
    assert clinic.booking.practitioner_hours == {"Example A": {"monday": ["20:00-24:00"]}}


def test_shipped_rules_of_booking_are_the_softwares_own_defaults() -> None:
    clinic = load_clinic(PROJECT_DIR / "clinic.toml")
    assert clinic.booking == BookingRules()
    assert clinic.day_first


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


@pytest.mark.parametrize(
    "url",
    [
        "https://alerts.clinic.example/in?key=a",
        "http://127.0.0.1:8000/",
        "http://localhost",
        "http://[::1]:80/",
    ],
)
def test_web_address_for_alerts_is_taken(url: str) -> None:
    assert load_settings(alert_webhook_url=url).alert_webhook_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://alerts.clinic.example/se-cret",
        "http://127.0.0.1.clinic.example/se-cret",
        "ftp://127.0.0.1/se-cret",
        "alerts.clinic.example/se-cret",
        "https:///se-cret",
        "https://clinic.example:often/se-cret",
        "https://clinic.example/#se-cret",
    ],
)
def test_web_address_that_others_could_read_on_the_way_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="alert_webhook_url: must begin with https://") as fault:
        load_settings(alert_webhook_url=url)
    assert "se-cret" not in fault.value.message


def test_clinic_file_of_an_earlier_release_has_words_for_a_takeover(tmp_path: Path) -> None:
    head, _, rest = SHIPPED.partition("[handover]")
    (tmp_path / "clinic.toml").write_text(head + rest[rest.index("[opening_hours]") :], encoding="utf-8")
    assert load_clinic(tmp_path / "clinic.toml").handover == load_clinic(PROJECT_DIR / "clinic.toml").handover


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('joined = " "', "joined: must hold words"),
        (f'left = "{"x" * 501}"', "left: must hold words"),
        ("takeover_idle_minutes = 0", "takeover_idle_minutes"),
        ("takeover_idle_minutes = 1441", "takeover_idle_minutes"),
        ('gone = "?"', "gone"),
    ],
)
def test_words_for_a_takeover_that_cannot_be_used_are_named(tmp_path: Path, line: str, fault: str) -> None:
    key = line.partition(" ")[0]
    lines = [text for text in SHIPPED.splitlines() if not text.startswith(f"{key} =")]
    lines.insert(next(n for n, text in enumerate(lines) if text.startswith("[handover]")) + 1, line)
    (tmp_path / "clinic.toml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SettingsError, match=fault):
        load_clinic(tmp_path / "clinic.toml")
