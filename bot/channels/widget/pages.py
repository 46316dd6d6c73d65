"""The two files that a browser gets: the widget and the clinic's demo page."""

from __future__ import annotations

import secrets
from functools import lru_cache
from hashlib import sha256
from html import escape
from pathlib import Path

from bot.settings import Clinic

_STATIC = Path(__file__).parent / "static"


@lru_cache(maxsize=1)
def widget_script() -> tuple[str, str]:
    """The widget's source and its entity tag."""
    source = (_STATIC / "widget.js").read_text(encoding="utf-8")
    return source, f'"{sha256(source.encode()).hexdigest()[:16]}"'


def demo_page(clinic: Clinic) -> tuple[str, str]:
    """The demo page and the Content-Security-Policy that fits it."""
    nonce = secrets.token_urlsafe(16)
    page = (_STATIC / "demo.html").read_text(encoding="utf-8")
    values = {
        "clinic_name": clinic.name,
        "privacy_line": clinic.privacy.line,
        "privacy_url": clinic.privacy.url,
        "nonce": nonce,
    }
    for name, value in values.items():
        page = page.replace("{{" + name + "}}", escape(value))
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'nonce-{nonce}'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    return page, policy
