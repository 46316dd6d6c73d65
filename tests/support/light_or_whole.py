"""Trains, tests and asks Rasa in a process of its own, light or whole as LIGHT_RASA says; see tests/test_light_rasa.py."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from bot import light_rasa
from bot.settings import load_settings

TEXTS = (
    "hello there",
    "how long is the downtime",
    "whats the price",
    "I can't breathe",
    "i baked a cake",
    "",
    "/greet",
)


def train_and_test(name: str) -> None:
    """Run `rasa train` and `rasa test` on the project in this folder, as `python -m bot.light_rasa` would."""
    sys.argv = ["rasa", "train", "--fixed-model-name", name]
    assert light_rasa.main() == 0
    from rasa.__main__ import main

    tested = ["--model", f"models/{name}.tar.gz", "--nlu", "data", "--stories", "stories"]
    sys.argv = ["rasa", "test", *tested, "--out", f"results/{name}"]
    main()


def ask(*models: str) -> None:
    """Print, as one line of JSON, what each model answers to each text, and which packages that took."""
    if load_settings().light_rasa:
        light_rasa.lighten(serving=True)
    answers = {model: asyncio.run(_answers(model)) for model in models}
    packages = sorted({name.partition(".")[0] for name in sys.modules})
    sys.stdout.write("\n" + json.dumps({"answers": answers, "packages": packages}))


async def _answers(model: str) -> list[dict[str, Any]]:
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    return [await _answer(agent, text) for text in TEXTS]


async def _answer(agent: Any, text: str) -> dict[str, Any]:
    visitor = f"who says {text}"
    said = await agent.handle_text(text, sender_id=visitor)
    tracker = await agent.tracker_store.retrieve(visitor)
    actions = [event for event in tracker.events if event.type_name == "action"]
    return {
        "parsed": await agent.parse_message(text),
        "said": [message["text"] for message in said],
        "actions": [(action.action_name, action.policy, action.confidence) for action in actions],
    }


def train_test_and_ask(name: str, *models: str) -> None:
    """Both in one process; in between, a line on standard input says that the other process's model is there."""
    train_and_test(name)
    sys.stdin.readline()
    ask(*models)


if __name__ == "__main__":
    commands = {"train_and_test": train_and_test, "ask": ask, "train_test_and_ask": train_test_and_ask}
    commands[sys.argv[1]](*sys.argv[2:])
