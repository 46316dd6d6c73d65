"""A log line says what failed and where, and quotes nobody."""

from __future__ import annotations

from bot.errors import where


def test_place_of_an_error_is_told_without_its_message() -> None:
    try:
        raise ValueError("my number is +44 20 7946 0000")
    except ValueError as error:
        line = where(error)
    assert line.startswith("builtins.ValueError at test_errors.py:")
    assert "7946" not in line
