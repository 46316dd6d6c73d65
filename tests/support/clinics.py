"""Clinics for tests, plainly examples."""

from __future__ import annotations

import re
from pathlib import Path

from bot.settings import PROJECT_DIR

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EXAMPLE = {
    "time_zone": '"Europe/London"',
    "country": '"GB"',
    "practitioners": '["Example One"]',
    "notice_hours": "1",
    **{day: '["09:00-17:00"]' for day in WEEK if day != "sunday"},
}


def clinic_with_hours(folder: Path, **values: str) -> Path:
    """The shipped clinic.toml with opening hours, but on Sundays, and one practitioner; `values` are TOML."""
    content = (PROJECT_DIR / "clinic.toml").read_text(encoding="utf-8")
    for name, value in {**EXAMPLE, **values}.items():
        content, found = re.subn(rf"(?m)^{name} = [^#\n]*", f"{name} = {value} ", content)
        assert found == 1, name
    file = folder / "clinic.toml"
    file.write_text(content, encoding="utf-8")
    return file
