"""The stock project that the assistant is measured against: what `rasa init` writes, with our examples and dialogue.

Every answer is a plain `utter_` response, forms and custom actions included, so that stock Rasa needs no action server and no
database of answers. Rules that only exist for forms are left out with them. Both spare stock work that ours does.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.speed.places import BenchmarkError
from bot.knowledge.article import read_article
from bot.knowledge.markdown import read_entry
from bot.settings import PROJECT_DIR
from bot.setup import ARTICLE_FILE, KNOWLEDGE_DIR

ANSWER_ACTION = "action_answer_question"
# What stock says in place of each custom action and form: one of our own responses.
STAND_INS = {
    "action_clarify_question": "utter_which_topic",
    "action_decline_question": "utter_out_of_scope",
    "action_respond_to_reaction": "utter_concerning_reaction",
    "action_check_booking": "utter_booking_not_found",
    "action_cancel_booking": "utter_booking_cancelled",
    "action_reschedule_booking": "utter_booking_change_noted",
    "action_note_complaint": "utter_complaint",
    "action_stop": "utter_stop",
    "booking_form": "utter_ask_booking_form_name",
    "find_booking_form": "utter_ask_find_booking_form_code",
    "handoff_form": "utter_ask_handoff_form_name",
}
UNANSWERED = "utter_unanswered"
ENDPOINTS = {"tracker_store": {"type": "SQL", "dialect": "sqlite", "db": "stock.db"}}
# `rasa init` writes its two sections empty, and Rasa fills them in with its defaults when it trains.
CONFIG_FILE = "config.yml"


def write_stock_project(folder: Path) -> None:
    """Write the whole project into the folder; what training left there before stays."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    write_config(folder)
    rules, stories = _dialogue()
    _dump(folder / "domain.yml", _domain(_answers(), [*rules, *stories]))
    _dump(folder / "data" / "rules.yml", {"version": "3.1", "rules": rules})
    _dump(folder / "data" / "stories.yml", {"version": "3.1", "stories": stories})
    for file in _files("nlu"):
        shutil.copyfile(file, folder / "data" / f"nlu_{file.name}")
    _dump(folder / "endpoints.yml", ENDPOINTS)
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")


def training_hash() -> str:
    """A short hash of what stock's training depends on: configuration, examples, dialogue and domain, but no wording."""
    rules, stories = _dialogue()
    domain = _domain({}, [*rules, *stories])
    parts = [rules, stories, {**domain, "responses": list(domain["responses"])}]
    digest = hashlib.sha256(json.dumps(parts).encode() + _config_template().read_bytes())
    for file in _files("nlu"):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _dialogue() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Stock's rules and stories."""
    rules = [rule for found in _read_all("rules", "rules") for rule in _plain_rules(found)]
    return rules, [_plain_story(found) for found in _read_all("stories", "stories")]


def write_config(folder: Path, *, epochs: int | None = None) -> None:
    """The configuration of `rasa init`; with `epochs`, what Rasa fills it in with, but for the number of epochs."""
    text = (_config_template() if epochs is None else _default_config()).read_text(encoding="utf-8")
    text = text if epochs is None else text.replace("epochs: 100", f"epochs: {epochs}")
    (folder / CONFIG_FILE).write_text(text.replace("placeholder_default", "stock-assistant"), encoding="utf-8")


def _default_config() -> Path:
    return _config_template().parents[2] / "engine" / "recipes" / "config_files" / "default_config.yml"


def _config_template() -> Path:
    spec = find_spec("rasa.cli")
    if spec is None or spec.origin is None:
        raise BenchmarkError("Rasa is not installed: run `make install`.")
    return Path(spec.origin).parent / "initial_project" / "config.yml"


def _answers() -> dict[str, str]:
    """The words of every topic, by slug."""
    article = read_article(ARTICLE_FILE)
    entries = [read_entry(file, article) for file in sorted(KNOWLEDGE_DIR.glob("*.md"))]
    return {entry.slug: entry.body for entry in entries}


def _files(part: str) -> list[Path]:
    return sorted((PROJECT_DIR / "data" / part).glob("*.yml"))


def _read_all(part: str, key: str) -> Iterator[dict[str, Any]]:
    for file in _files(part):
        yield from _load(file).get(key, [])


def _plain_rules(rule: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rule without forms and custom actions; one for each topic where it answers questions; none where forms need it."""
    if "condition" in rule:
        return
    intent, *others = rule["steps"]
    if {"action": ANSWER_ACTION} not in others:
        yield {"rule": rule["rule"], "steps": [intent, *_plain_steps(others)]}
        return
    for question in intent.get("or", [intent]):
        name = question["intent"]
        answer = f"utter_{name.removeprefix('ask_')}"
        yield {"rule": f"{rule['rule']}: {name}", "steps": [question, {"action": answer}]}


def _plain_story(story: dict[str, Any]) -> dict[str, Any]:
    return {"story": story["story"], "steps": _plain_steps(story["steps"])}


def _plain_steps(steps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_plain_step(step) for step in steps if "active_loop" not in step]


def _plain_step(step: dict[str, Any]) -> dict[str, Any]:
    action = step.get("action", "utter_")
    if not action.startswith("utter_") and action not in STAND_INS:
        raise BenchmarkError(f"Stock has nothing to say for {action}: add it to STAND_INS.")
    return {"action": STAND_INS[action]} if action in STAND_INS else step


def _domain(answers: dict[str, str], dialogue: list[dict[str, Any]]) -> dict[str, Any]:
    ours = _load(PROJECT_DIR / "domain.yml")
    said = {step["action"] for item in dialogue for step in item["steps"] if "action" in step}
    return {
        "version": "3.1",
        "intents": ours["intents"],
        "entities": ours["entities"],
        "slots": {"offer": _plain_slot(ours["slots"]["offer"])},
        "responses": {name: _response(name, answers, ours["responses"]) for name in sorted(said)},
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }


def _plain_slot(slot: dict[str, Any]) -> dict[str, Any]:
    return {**slot, "mappings": [mapping for mapping in slot["mappings"] if mapping["type"] != "custom"]}


def _response(name: str, answers: dict[str, str], responses: dict[str, Any]) -> list[dict[str, Any]]:
    topic = name.removeprefix("utter_")
    if topic in answers:
        return [{"text": answers[topic]}]
    response = responses[name if name in responses else UNANSWERED][0]
    plain = {key: response[key] for key in ("text", "buttons") if key in response}
    return [{**plain, "text": plain["text"].replace("{caution}", "")}]


def _load(file: Path) -> Any:
    return YAML(typ="safe").load(file)


def _dump(file: Path, content: Any) -> None:
    writer = YAML()
    writer.default_flow_style = False
    writer.representer.ignore_aliases = lambda _data: True
    with file.open("w", encoding="utf-8") as output:
        writer.dump(content, output)
