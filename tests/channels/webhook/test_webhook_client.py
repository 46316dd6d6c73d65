"""A web address is told that a visitor needs a person: signed, in time, and nothing of what the visitor wrote."""

from __future__ import annotations

import hmac
import json
import logging
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bot.channels.webhook import client
from bot.channels.webhook.client import webhook_deliverer
from bot.channels.webhook.signature import signing_key
from bot.conversations.outbox import DeliveryError
from bot.settings import load_settings
from tests.support.assistant import free_port
from tests.support.web import Doorkeeper, web_server

SECRET = "an example of a secret key"
PAYLOAD = {"reason": "urgent", "conversation_id": "c" * 32, "at": "2026-01-05T09:00:00+00:00"}


def call(url: str, key: str = "alert:c:m1:webhook", **payload: str) -> None:
    settings = load_settings(alert_webhook_url=url, secret_key=SECRET)
    webhook_deliverer(settings)(key, {**PAYLOAD, **payload})


def failure(url: str) -> DeliveryError:
    with pytest.raises(DeliveryError) as refused:
        call(url)
    assert url not in refused.value.message
    return refused.value


def test_call_says_why_where_and_when_and_nothing_else() -> None:
    door = Doorkeeper()
    with web_server(door) as url:
        call(f"{url}/in?team=a", summary="my throat is closing", name="Example Person")
        call(f"{url}/in?team=a")
    ((path, headers, body), (_, _, again)) = door.calls
    told = json.loads(body)
    assert (path, headers["Content-Type"]) == ("/in?team=a", "application/json")
    assert {name: told[name] for name in PAYLOAD} == PAYLOAD
    assert set(told) == {*PAYLOAD, "id"}
    assert body == again  # by its id a repetition is known


def test_other_side_can_check_who_calls() -> None:
    door = Doorkeeper()
    with web_server(door) as url:
        call(url)
    ((_, headers, body),) = door.calls
    shared = hmac.new(SECRET.encode(), b"clinic alert webhook", sha256).hexdigest()
    expected = hmac.new(shared.encode(), body, sha256).hexdigest()
    assert headers["X-Clinic-Signature"] == f"sha256={expected}"
    assert signing_key(SECRET) == shared != signing_key("another")


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(301, True), (400, True), (404, True), (408, False), (429, False), (500, False), (503, False)],
)
def test_refusal_that_may_pass_is_tried_again(status: int, permanent: bool) -> None:
    with web_server(Doorkeeper(answers=[(status, {"Location": "/elsewhere"})])) as url:
        refused = failure(url)
    assert (refused.permanent, str(status) in refused.message) == (permanent, True)


@pytest.mark.parametrize(("header", "seconds"), [("120", 120.0), ("soon", None), ("²", None)])
def test_wait_that_is_asked_for_is_kept(header: str, seconds: float | None) -> None:
    with web_server(Doorkeeper(answers=[(429, {"Retry-After": header})])) as url:
        assert failure(url).retry_after == seconds


def test_server_that_is_away_may_come_back() -> None:
    assert not failure(f"http://127.0.0.1:{free_port()}").permanent


@pytest.mark.parametrize("limit", ["ANSWER_SECONDS", "CALL_SECONDS"])
def test_server_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(client, limit, 0.2)
    with web_server(Doorkeeper(thinks=1)) as url:
        assert not failure(url).permanent


def test_address_is_in_no_log_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), web_server(Doorkeeper()) as url:
        call(f"{url}/se-cret")
    assert "se-cret" not in caplog.text


def test_key_is_made_from_the_one_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    door = Doorkeeper()
    with web_server(door) as url:
        settings: Any = load_settings(alert_webhook_url=url, data_dir=tmp_path, secret_key="")
        webhook_deliverer(settings)("k", PAYLOAD)
    ((_, headers, body),) = door.calls
    key = signing_key((tmp_path / "secret_key").read_text())
    assert headers["X-Clinic-Signature"].endswith(hmac.new(key.encode(), body, sha256).hexdigest())
