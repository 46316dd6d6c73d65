"""Rasa's MemoizationPolicy, asked only where no rule decides."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.rule_policy import is_decided_by_rule


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class StoryPolicy(MemoizationPolicy):
    """Follows the stories as MemoizationPolicy does.

    A certain rule wins over every story: Rasa takes the likeliest prediction, and of two alike the policy's with the higher
    priority, which is RulePolicy's. What the stories would say to it is a tenth of a turn's processor time for nothing.
    In config.yml this policy stands behind IndexedRulePolicy, and is asked after it.
    """

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        if is_decided_by_rule(tracker):
            return self._prediction(self._default_predictions(domain))
        return super().predict_action_probabilities(tracker, domain, rule_only_data, **kwargs)
