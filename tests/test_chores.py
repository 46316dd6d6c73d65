"""What is done once a minute: whoever comes tomorrow is reminded, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import chores
from bot.chores import remind
from bot.conversations.models import Outgoing
from bot.database import Database
from bot.settings import Clinic, load_clinic
from tests.support.clinics import booked, clinic_with_hours

TUESDAY = datetime.fromisoformat("2026-01-06T14:00:00+00:00")


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return load_clinic(clinic_with_hours(tmp_path))


def reminded(database: Database, clinic: Clinic, monkeypatch: pytest.MonkeyPatch, at: str) -> list[str]:
    """Whom the outbox has reminders for after the chore was done at that time."""
    monkeypatch.setattr(chores, "now", lambda: datetime.fromisoformat(at))
    remind(database, clinic=clinic)
    with database.reading() as session:
        return [outgoing.payload["to"] for outgoing in session.execute(select(Outgoing)).scalars()]


def test_who_comes_tomorrow_is_reminded_once_from_nine_on(
    database: Database, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked(database, clinic, TUESDAY, at=TUESDAY - timedelta(days=5))
    assert reminded(database, clinic, monkeypatch, "2026-01-04T12:00:00+00:00") == []
    assert reminded(database, clinic, monkeypatch, "2026-01-05T08:59:00+00:00") == []
    assert reminded(database, clinic, monkeypatch, "2026-01-05T09:00:00+00:00") == ["me@example.com"]
    assert reminded(database, clinic, monkeypatch, "2026-01-05T09:01:00+00:00") == ["me@example.com"]


def test_who_left_no_address_is_not_reminded(
    database: Database, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked(database, clinic, TUESDAY, at=TUESDAY - timedelta(days=5), email=None)
    assert reminded(database, clinic, monkeypatch, "2026-01-05T10:00:00+00:00") == []


def test_who_booked_within_the_last_day_is_not_reminded(
    database: Database, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked(database, clinic, TUESDAY, at=TUESDAY - timedelta(hours=27))
    assert reminded(database, clinic, monkeypatch, "2026-01-05T13:00:00+00:00") == []
