"""Rasa's own HTTP API and export work on our tracker store; only rewriting what was said is refused."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from rasa.core.brokers.file import FileEventBroker
from rasa.core.exporter import Exporter
from rasa.shared.core.domain import Domain

from bot.dialogue.tracker_store import ClinicTrackerStore
from bot.settings import PROJECT_DIR, load_settings
from bot.setup import migrate
from bot.training import language_models, train
from tests.support.assistant import SHARED_FOLDERS, TRAINED, free_port

TOKEN = "a-token-for-tests"
START_SECONDS = 90.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("interfaces")


@pytest.fixture(scope="module")
def api(folder: Path) -> Iterator[httpx.Client]:
    """A Rasa server with its HTTP API turned on, without action server."""
    for name in SHARED_FOLDERS:
        (folder / name).symlink_to(TRAINED / name, target_is_directory=True)
    port = free_port()
    settings = load_settings(
        data_dir=folder, database_url=f"sqlite:///{folder}/clinic.db", rasa_port=port, actions_port=free_port()
    )
    migrate(settings)
    command = [sys.executable, "-m", "rasa", "run", "--enable-api", "--auth-token", TOKEN]
    where = ["--model", str(train(settings)), "--interface", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(
        [*command, *where],
        cwd=PROJECT_DIR,
        env={**os.environ, **language_models(settings)},
        stdout=(folder / "rasa.log").open("wb"),
        stderr=subprocess.STDOUT,
    )
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", params={"token": TOKEN}, timeout=30) as client:
        try:
            _wait_until_ready(client, server)
            yield client
        finally:
            server.terminate()
            server.wait(30)


def _wait_until_ready(client: httpx.Client, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if client.get("/status").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.3)
    raise AssertionError("Rasa did not start")


@pytest.fixture
def conversation_id(api: httpx.Client) -> str:
    """A conversation in which somebody has said hello."""
    conversation_id = uuid4().hex
    message = {"text": "hello", "sender": "user"}
    assert api.post(f"/conversations/{conversation_id}/messages", json=message).status_code == 200
    return conversation_id


def events(api: httpx.Client, conversation_id: str) -> list[dict[str, Any]]:
    answer = api.get(
        f"/conversations/{conversation_id}/tracker", params={"include_events": "ALL", "token": TOKEN}
    )
    assert answer.status_code == 200
    return list(answer.json()["events"])


def test_tracker_is_read(api: httpx.Client, conversation_id: str) -> None:
    read = events(api, conversation_id)
    assert [event["text"] for event in read if event["event"] == "user"] == ["hello"]
    assert read[0]["event"] == "action"


def test_action_is_executed_and_kept(api: httpx.Client, conversation_id: str) -> None:
    answer = api.post(f"/conversations/{conversation_id}/execute", json={"name": "utter_greet"})
    assert answer.status_code == 200
    assert [event["event"] for event in events(api, conversation_id)][-2:] == ["action", "bot"]


def test_event_is_added(api: httpx.Client, conversation_id: str) -> None:
    before = events(api, conversation_id)
    slot = {"event": "slot", "name": "name", "value": "Example Person"}
    assert api.post(f"/conversations/{conversation_id}/tracker/events", json=slot).status_code == 200
    after = events(api, conversation_id)
    assert after[: len(before)] == before
    assert after[-1]["value"] == "Example Person"


def test_next_action_is_predicted(api: httpx.Client, conversation_id: str) -> None:
    prediction = api.post(f"/conversations/{conversation_id}/predict").json()
    best = max(prediction["scores"], key=lambda score: score["score"])
    assert best["action"] == "utter_greet"


def test_what_was_said_cannot_be_replaced(api: httpx.Client, conversation_id: str) -> None:
    before = events(api, conversation_id)
    forged = [{"event": "action", "name": "action_listen"}, {"event": "bot", "text": "I never said that"}]
    answer = api.put(f"/conversations/{conversation_id}/tracker/events", json=forged)
    assert answer.status_code == 500
    assert "not replaced" in answer.json()["message"]
    assert events(api, conversation_id) == before


def test_story_of_an_unknown_conversation_is_not_found(api: httpx.Client) -> None:
    assert api.get(f"/conversations/{uuid4().hex}/story").status_code == 404


def test_too_long_id_is_refused_with_a_reason(api: httpx.Client) -> None:
    answer = api.post(f"/conversations/{'x' * 40}/messages", json={"text": "hello", "sender": "user"})
    assert answer.status_code == 500
    assert "32 characters" in answer.json()["message"]


def test_events_are_exported(api: httpx.Client, conversation_id: str, folder: Path) -> None:
    store = ClinicTrackerStore(
        Domain.load(str(PROJECT_DIR / "domain.yml")), host=f"sqlite:///{folder}/clinic.db"
    )
    exported = folder / f"{conversation_id}.jsonl"
    exporter = Exporter(store, FileEventBroker(str(exported)), "endpoints.yml", [conversation_id])
    count = asyncio.run(exporter.publish_events())
    lines = [json.loads(line) for line in exported.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == count == len(events(api, conversation_id))
    assert "hello" in [line.get("text") for line in lines]
