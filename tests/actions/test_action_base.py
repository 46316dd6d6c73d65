"""An action never leaves the visitor without a reply, and never takes longer than it may."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.base import ClinicAction, Say
from bot.knowledge.service import Answer


class _Example(ClinicAction):
    """Does whatever it is given."""

    def __init__(self, decide: Any) -> None:
        self._decide = decide

    def name(self) -> str:
        return "action_example"

    def decide(self, tracker: Tracker) -> Say:
        return self._decide()  # type: ignore[no-any-return]


def tracker(**slots: Any) -> Tracker:
    return Tracker("c1", slots, {"text": "hello", "message_id": "m1"}, [], False, None, {}, "action_listen")


def run(decide: Any, **slots: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    dispatcher = CollectingDispatcher()
    events = asyncio.run(_Example(decide).run(dispatcher, tracker(**slots), {}))
    return dispatcher.messages, {event["name"]: event["value"] for event in events if event["event"] == "slot"}


def test_what_is_said_carries_its_marks() -> None:
    source = {"title": "Article", "section": "Procedure"}
    entry = Answer("pain_and_numbing", "Pain", "yes", "", "", [source], 3, "answered")
    messages, slots = run(lambda: Say(outcome="answered", text="yes", entries=[entry, entry]))
    marks = {
        "text": "yes",
        "outcome": "answered",
        "sources": [source],
        "knowledge_versions": {"pain_and_numbing": 3},
    }
    assert marks.items() <= messages[0].items()
    assert slots == {"offer": "nothing", "misunderstandings": 0}


@pytest.mark.parametrize("outcome", ["clarify", "unanswered"])
def test_turn_without_an_answer_is_counted(outcome: str) -> None:
    _, slots = run(lambda: Say(outcome=outcome, text="?"), misunderstandings=1)
    assert slots["misunderstandings"] == 2


def test_answer_resets_the_count() -> None:
    _, slots = run(lambda: Say(outcome="answered", text="yes"), misunderstandings=2)
    assert slots["misunderstandings"] == 0


def fail() -> Say:
    raise RuntimeError("the database is away")


def test_failure_becomes_the_safe_reply_and_says_nothing_of_its_cause() -> None:
    messages, slots = run(fail)
    assert [message["response"] for message in messages] == ["utter_safe_reply"]
    assert "database" not in str(messages)
    assert messages[0]["failure"].startswith("builtins.RuntimeError at ")
    assert slots["offer"] == "person"


def test_slow_action_becomes_the_safe_reply_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "ACTION_SECONDS", 0.05)

    async def timed() -> tuple[float, list[dict[str, Any]]]:
        dispatcher, started = CollectingDispatcher(), time.monotonic()
        await _Example(lambda: time.sleep(0.5) or Say(outcome="answered", text="late")).run(
            dispatcher, tracker(), {}
        )
        return time.monotonic() - started, dispatcher.messages

    seconds, messages = asyncio.run(timed())
    assert seconds < 0.4
    assert [message["response"] for message in messages] == ["utter_safe_reply"]


def test_failed_action_that_says_nothing_leaves_the_turn_without_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Example, "apologise", lambda self, tracker: Say(outcome="urgent"))
    messages, slots = run(fail)
    assert messages == []
    assert slots["misunderstandings"] == 0
