"""Telling a web address that a visitor needs a person: one signed POST, which the outbox repeats until it is taken."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import httpx

from bot.channels.webhook.signature import signature, signing_key
from bot.conversations.outbox import DeliveryError
from bot.settings import Settings, load_secret_key

ANSWER_SECONDS = 10.0
# A server that delays each byte must not keep a call longer than the outbox's lease (60 s) lets us.
CALL_SECONDS = 30.0
SIGNATURE_HEADER = "X-Clinic-Signature"
_PASSING = (408, 425, 429)  # refusals that say "later", beside those of 500 and more


def webhook_deliverer(settings: Settings) -> Callable[[str, dict[str, Any]], None]:
    """What delivers the outbox's calls: takes a row's key and payload; raises DeliveryError."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses, and this one may hold a password
    key = signing_key(load_secret_key(settings))

    def deliver(row_key: str, payload: dict[str, Any]) -> None:
        body = call_body(row_key, payload)
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature(body, key)}
        asyncio.run(_post(settings.alert_webhook_url, body, headers))

    return deliver


def call_body(row_key: str, payload: dict[str, Any]) -> bytes:
    """JSON: `id` (the same at every repetition), `reason`, `conversation_id` and `at`, an ISO 8601 time in UTC."""
    told = {name: payload[name] for name in ("reason", "conversation_id", "at")}
    return json.dumps({"id": sha256(row_key.encode()).hexdigest()[:32], **told}).encode()


async def _post(url: str, body: bytes, headers: dict[str, str]) -> None:
    """The address is left out of every message: it may hold a password."""
    try:
        response = await asyncio.wait_for(_status(url, body, headers), CALL_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, asyncio.TimeoutError) as error:
        raise DeliveryError(f"The web address for alerts did not answer ({type(error).__name__}).") from error
    if response.is_success:
        return
    code = response.status_code
    raise DeliveryError(
        f"The web address for alerts refuses the call ({code}).",
        permanent=code < 500 and code not in _PASSING,
        retry_after=_seconds(response.headers.get("Retry-After")),
    )


async def _status(url: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    """The answer without its body, which nobody reads; a redirection is a refusal: what is signed goes where it was sent."""
    async with (
        httpx.AsyncClient(timeout=ANSWER_SECONDS, follow_redirects=False) as client,
        client.stream("POST", url, content=body, headers=headers) as response,
    ):
        return response


def _seconds(retry_after: str | None) -> float | None:
    """A number of seconds; a date, which the header may hold as well, is left to the outbox's own pace."""
    return float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else None
