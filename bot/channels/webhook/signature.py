"""The mark by which the other side knows that a call is from this assistant."""

from __future__ import annotations

import hmac
from hashlib import sha256

_PURPOSE = b"clinic alert webhook"


def signing_key(secret_key: str) -> str:
    """The key that both sides share, 64 hexadecimal digits: HMAC-SHA256 of a fixed text under SECRET_KEY, so that who learns it
    can sign no visitor's session."""
    return hmac.new(secret_key.encode(), _PURPOSE, sha256).hexdigest()


def signature(body: bytes, key: str) -> str:
    """`sha256=` and the HMAC-SHA256 of the body under the shared key, in hexadecimal digits."""
    return f"sha256={hmac.new(key.encode(), body, sha256).hexdigest()}"
