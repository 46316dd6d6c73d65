"""The action server's settings, which it reads once, read again by a test."""

from __future__ import annotations

from actions import base, notices


def forget() -> None:
    """Let the actions look at the environment anew."""
    kept = (base.clinic, base.alert_to, base.database, notices._settings, notices._secret_key)
    for setting in kept:
        setting.cache_clear()
