"""Our processor does what Rasa's does, in less time."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from rasa.core.actions.action import Action, ActionExecutionRejection, ActionListen, RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.processor import ClinicProcessor
from bot.language.follow_ups import BEFORE

DOMAIN = Domain.from_yaml("""
version: "3.1"
slots: {offer: {type: text, mappings: [{type: custom}]}, question: {type: any, mappings: [{type: custom}]}}
actions: [action_example]
""")


class Answering(RemoteAction):
    """An action server's action, without the server."""

    async def run(self, *arguments: Any) -> list[Event]:
        return [BotUttered("Yes."), SlotSet("offer", "person")]


class Rejecting(RemoteAction):
    async def run(self, *arguments: Any) -> list[Event]:
        raise ActionExecutionRejection(self.name())


class Lost(RemoteAction):
    async def run(self, *arguments: Any) -> list[Event]:
        raise ConnectionError("away")


def processor(kind: type[MessageProcessor]) -> MessageProcessor:
    made = object.__new__(kind)
    made.domain = DOMAIN
    return made


def after(kind: type[MessageProcessor], action: Action) -> tuple[bool, list[dict[str, Any]]]:
    """Whether it goes on, and what the tracker holds, but for the moments."""
    tracker = DialogueStateTracker.from_events("c1", [], DOMAIN.slots.copy())
    prediction = PolicyPrediction.for_action_name(DOMAIN, action.name(), "policy", 0.9)
    goes_on = asyncio.run(
        processor(kind)._run_action(action, tracker, CollectingOutputChannel(), None, prediction)
    )
    return goes_on, [{**event.as_dict(), "timestamp": 0} for event in tracker.events]


@pytest.mark.parametrize(
    "action", [Answering("action_example", None), Rejecting("action_example", None), ActionListen()]
)
def test_action_leaves_what_it_leaves_with_rasa(action: Action) -> None:
    assert after(ClinicProcessor, action) == after(MessageProcessor, action)


def test_action_that_cannot_be_run_ends_the_turn() -> None:
    with pytest.raises(ConnectionError):
        after(ClinicProcessor, Lost("action_example", None))


def test_message_is_understood_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []

    def understand(self: Any, message: Any, tracker: Any, only_output_properties: bool) -> dict[str, Any]:
        threads.append(threading.current_thread().name)
        return {"text": "hello", "intent": {"name": "greet"}, "entities": []}

    monkeypatch.setattr(MessageProcessor, "_parse_message_with_graph", understand)
    parsed = asyncio.run(processor(ClinicProcessor).parse_message(UserMessage("hello")))
    assert parsed["intent"] == {"name": "greet"}
    assert threads[0].startswith("nlu")


@pytest.mark.parametrize(("events", "question"), [([], "does it hurt"), ([ActiveLoop("booking_form")], None)])
def test_message_is_understood_after_what_was_said_but_not_in_a_form(
    monkeypatch: pytest.MonkeyPatch, events: list[Event], question: str | None
) -> None:
    told: list[dict[str, Any]] = []

    def understand(
        self: Any, message: UserMessage, tracker: Any, only_output_properties: bool
    ) -> dict[str, Any]:
        told.append(message.metadata[BEFORE])
        return {"text": "Example Person", "intent": {"name": "greet"}, "entities": []}

    monkeypatch.setattr(MessageProcessor, "_parse_message_with_graph", understand)
    before = [UserUttered("does it hurt"), SlotSet("question", "does it hurt"), *events]
    tracker = DialogueStateTracker.from_events("c1", before, DOMAIN.slots.copy())
    message = UserMessage("Example Person")
    asyncio.run(processor(ClinicProcessor).parse_message(message, tracker))
    assert (told[0]["question"], told[0]["texts"]) == (question, ["does it hurt"])
    assert not message.metadata
