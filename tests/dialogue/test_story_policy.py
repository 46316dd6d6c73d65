"""Stories are asked where no rule decides, and what comes of it is what Rasa's own policy predicts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.rule_policy import IndexedRulePolicy, is_decided_by_rule
from bot.dialogue.story_policy import StoryPolicy

DOMAIN = Domain.from_yaml("""
version: "3.1"
intents: [greet, affirm]
actions: [say_hello, begin]
""")
LISTEN = {"action_name": "action_listen"}
RULE = '[{"prev_action": {"action_name": "action_listen"}, "user": {"intent": "greet"}}]'
STORY = [{"user": {"intent": "affirm"}, "prev_action": LISTEN}]


def made(kind: type[Any], **lookup: Any) -> Any:
    unused: Any = None
    return kind(
        {**kind.get_default_config(), "max_history": 1},
        unused,
        unused,
        ExecutionContext(GraphSchema({})),
        **lookup,
    )


def rules(kind: type[RulePolicy] = IndexedRulePolicy) -> Any:
    return made(kind, lookup={"rules": {RULE: "say_hello"}, "rules_for_loop_unhappy_path": {}})


def stories(kind: type[MemoizationPolicy] = StoryPolicy) -> Any:
    policy = made(kind, lookup={})
    policy.lookup = {policy._create_feature_key(STORY): "begin"}
    return policy


def said(intent: str, *after: Event) -> DialogueStateTracker:
    events = [ActionExecuted("action_listen"), UserUttered("words", {"name": intent, "confidence": 0.9})]
    return DialogueStateTracker.from_events("c1", [*events, *after], DOMAIN.slots)


def chosen(prediction: Any) -> str:
    return DOMAIN.action_names_or_texts[prediction.max_confidence_index] if prediction.max_confidence else ""


def test_story_is_followed_where_no_rule_decides() -> None:
    tracker = said("affirm")
    rules().predict_action_probabilities(tracker, DOMAIN)
    assert not is_decided_by_rule(tracker)
    assert chosen(stories().predict_action_probabilities(tracker, DOMAIN)) == "begin"


def test_story_is_not_asked_where_a_rule_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    tracker = said("greet")
    assert chosen(rules().predict_action_probabilities(tracker, DOMAIN)) == "say_hello"
    monkeypatch.setattr(MemoizationPolicy, "_prediction_states", None)
    assert chosen(stories().predict_action_probabilities(tracker, DOMAIN)) == ""


def test_story_is_asked_again_once_something_happened() -> None:
    tracker = said("greet")
    rules().predict_action_probabilities(tracker, DOMAIN)
    tracker.update(ActionExecuted("say_hello"))
    assert not is_decided_by_rule(tracker)


def test_rule_whose_action_was_rejected_decides_nothing() -> None:
    tracker = said("greet", ActionExecutionRejected("say_hello"))
    rules().predict_action_probabilities(tracker, DOMAIN)
    assert not is_decided_by_rule(tracker)


@pytest.mark.parametrize("intent", ["greet", "affirm"])
def test_same_action_is_chosen_as_by_rasa(intent: str) -> None:
    ours, theirs = said(intent), said(intent)
    best = {
        name: max(
            (policy.predict_action_probabilities(tracker, DOMAIN) for policy in policies),
            key=lambda prediction: (prediction.max_confidence, prediction.policy_priority),
        )
        for name, tracker, policies in (
            ("ours", ours, [rules(), stories()]),
            ("theirs", theirs, [stories(MemoizationPolicy), rules(RulePolicy)]),
        )
    }
    assert chosen(best["ours"]) == chosen(best["theirs"]) != ""


def test_rules_stand_before_stories_in_the_configuration() -> None:
    config = yaml.safe_load(Path("config.yml").read_text(encoding="utf-8"))
    names = [policy["name"] for policy in config["policies"]]
    assert names == ["bot.dialogue.rule_policy.IndexedRulePolicy", "bot.dialogue.story_policy.StoryPolicy"]
