"""An emergency gets the clinic's words for it, even when nothing else works."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.last_resort import urgent_wording
from bot.settings import PROJECT_DIR, Clinic, Settings, load_clinic, load_settings


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings(data_dir=tmp_path_factory.getbasetemp() / "last-resort")


@pytest.fixture
def clinic() -> Clinic:
    return load_clinic(Path(PROJECT_DIR / "clinic.toml"))


@pytest.mark.parametrize("text", ["i cant breathe my throat is closing", "my lips are swelling fast"])
def test_emergency_gets_the_emergency_wording(settings: Settings, clinic: Clinic, text: str) -> None:
    assert urgent_wording(text, settings, clinic) == clinic.urgent_care.wording("urgent")


def test_crisis_gets_the_crisis_wording(settings: Settings, clinic: Clinic) -> None:
    assert urgent_wording("I want to kill myself", settings, clinic) == clinic.urgent_care.wording("crisis")


@pytest.mark.parametrize("text", ["", "how long is recovery", "what if it gets infected", "\x00" * 50])
def test_anything_else_has_none(settings: Settings, clinic: Clinic, text: str) -> None:
    assert urgent_wording(text, settings, clinic) is None
