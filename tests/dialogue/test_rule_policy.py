"""The index leaves out only rules that cannot apply: it predicts what Rasa's own policy predicts, for every state."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema

from bot.dialogue.rule_policy import IndexedRulePolicy

LISTEN = {"action_name": "action_listen"}
RULES = {
    "rules": [
        [{"prev_action": LISTEN, "user": {"intent": "greet"}}],
        [{"prev_action": LISTEN, "user": {"intent": "greet"}, "slots": {"offer": "should_not_be_set"}}],
        [{"prev_action": LISTEN, "user": {"intent": "ask"}}, {"prev_action": {"action_name": "answer"}}],
        [{"prev_action": LISTEN, "user": {"intent": "ask"}, "active_loop": {"name": "form"}}],
        [{"prev_action": LISTEN, "active_loop": {"name": "form"}}],
        [{"user": {"intent": "greet"}}],
        [{}],
    ]
}
STATES: list[list[dict[str, Any]]] = [
    [{}],
    [{}, {"prev_action": LISTEN, "user": {"intent": "greet"}}],
    [{}, {"prev_action": LISTEN, "user": {"intent": "greet"}, "slots": {"offer": (1.0, 0.0)}}],
    [{}, {"prev_action": LISTEN, "user": {"intent": "ask"}}],
    [{}, {"prev_action": LISTEN, "user": {"intent": "ask"}}, {"prev_action": {"action_name": "answer"}}],
    [{}, {"prev_action": LISTEN, "user": {"intent": "ask"}, "active_loop": {"name": "form"}}],
    [{}, {"prev_action": LISTEN, "user": {"intent": "unheard"}, "active_loop": {"name": "form"}}],
    [{"slots": {"offer": (1.0, 0.0)}}, {"prev_action": {"action_name": "answer"}, "user": {"intent": "greet"}}],
    [{"user": {"intent": "greet"}}],
    [],
]


def policy(kind: type[RulePolicy]) -> RulePolicy:
    """A loaded policy with these rules; storage is only for training."""
    lookup = {name: {json.dumps(rule): "next" for rule in rules} for name, rules in RULES.items()}
    return loaded(kind, lookup)


def loaded(kind: type[RulePolicy], lookup: dict[str, Any]) -> RulePolicy:
    unused: Any = None
    context = ExecutionContext(GraphSchema({}))
    return kind(dict(kind.get_default_config()), unused, unused, context, lookup=lookup)


@pytest.mark.parametrize("states", STATES)
def test_same_rules_are_found(states: list[dict[str, Any]]) -> None:
    indexed, plain = policy(IndexedRulePolicy), policy(RulePolicy)
    expected = plain._get_possible_keys(plain.lookup["rules"], states)
    assert indexed._get_possible_keys(indexed.lookup["rules"], states) == expected


def test_some_state_finds_a_rule() -> None:
    plain = policy(RulePolicy)
    found = [plain._get_possible_keys(plain.lookup["rules"], states) for states in STATES]
    assert sum(bool(keys) for keys in found) > 5


def test_rules_on_text_are_still_tried() -> None:
    rule = [{"prev_action": LISTEN, "user": {"text": "hello"}}]
    lookup = {"rules": {json.dumps(rule): "next"}}
    assert loaded(IndexedRulePolicy, lookup)._tries_text
    assert not policy(IndexedRulePolicy)._tries_text
