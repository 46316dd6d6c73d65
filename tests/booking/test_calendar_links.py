"""Only the server can make up a calendar file's address, and the clinic can revoke the feed's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from itsdangerous import URLSafeSerializer

from bot.booking.calendar_links import (
    KEPT,
    LinkError,
    appointment_link,
    feed_link,
    is_kept,
    opens_feed,
    read_appointment_token,
)
from bot.settings import PROJECT_DIR, CalendarWording, load_clinic, load_settings
from tests.support.appointments import EXAMPLE

BASE = "https://chat.clinic.example/"


def token(link: str | None) -> str:
    assert link is not None
    return link.rpartition("/")[2].removesuffix(".ics")


def test_link_names_the_appointment() -> None:
    link = appointment_link(EXAMPLE, BASE, secret_key="a secret")
    assert link.startswith("https://chat.clinic.example/webhooks/calendar/appointments/")
    assert read_appointment_token(token(link), secret_key="a secret") == (7, "K7QXM2")


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "x",
        "WzcsIks3UVhNMiJd.abc",
        "é",
        "\ud800",
        "a" * 400,
        token(appointment_link(EXAMPLE, BASE, secret_key="another secret")),
        URLSafeSerializer("a secret", salt="widget-session").dumps([7, "K7QXM2"]),
        URLSafeSerializer("a secret", salt="appointment-calendar").dumps("x"),
        URLSafeSerializer("a secret", salt="appointment-calendar").dumps(["x", "y"]),
    ],
)
def test_forged_token_is_refused(forged: str) -> None:
    with pytest.raises(LinkError):
        read_appointment_token(forged, secret_key="a secret")


def test_link_leads_nowhere_long_after_the_appointment() -> None:
    assert is_kept(EXAMPLE, EXAMPLE.ends_at + KEPT - timedelta(seconds=1))
    assert not is_kept(EXAMPLE, EXAMPLE.ends_at + KEPT)


def test_higher_number_revokes_the_feeds_address(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, secret_key="a secret", public_url=BASE)
    shipped = load_clinic(PROJECT_DIR / "clinic.toml")
    first, second = (shipped.copy(update={"calendar": CalendarWording(feed=number)}) for number in (1, 2))
    assert feed_link(settings, shipped) is None
    assert str(feed_link(settings, first)).startswith("https://chat.clinic.example/webhooks/calendar/feed/")
    old, new = token(feed_link(settings, first)), token(feed_link(settings, second))
    assert opens_feed(old, secret_key="a secret", number=1)
    assert opens_feed(new, secret_key="a secret", number=2)
    assert not opens_feed(old, secret_key="a secret", number=2)
    assert not opens_feed(old, secret_key="another", number=1)


@pytest.mark.parametrize("guess", ["", "é", "\ud800", "0", "x" * 500])
def test_guessed_feed_address_opens_nothing(guess: str) -> None:
    assert not opens_feed(guess, secret_key="a secret", number=1)
    assert not opens_feed(guess, secret_key="a secret", number=0)
