"""Puts safety ahead of everything the classifiers found. Stands last in the pipeline."""

from typing import Any, Dict, List, Optional, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.utils.spacy_utils import SpacyNLP
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from spacy.tokens import Doc

import bot.language.pipeline  # noqa: F401 - registers what `SpacyNLP` loads
from bot.dialogue.loaded_pipeline import loaded_pipeline
from bot.language.follow_ups import BEFORE
from bot.language.questions import asks
from bot.language.safety import Assessment, assess
from bot.language.safety_history import assess_together
from bot.language.safety_rules import rules_hash
from bot.language.second_look import second_look
from bot.language.words import content_hash
from bot.nlu.report_recogniser import HEARD, REPORT
from bot.settings import load_settings

SPACY_DOC = "text_spacy_doc"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SafetyRulesClassifier(GraphComponent, IntentClassifier):
    """Makes a message that reports a reaction or a crisis `report_reaction`, whatever it was taken for.

    Where `ReportRecogniser` has heard one that the rules did not find, they say whether it may count (`second_look`).
    Such a message also gets `safety`: {"level": "crisis" | "urgent" | "concerning" | "expected", "signs": [name, …]}.
    """

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """`SpacyNLP` makes the documents."""
        return [SpacyNLP]

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GraphComponent:
        """A new component; it keeps nothing."""
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """Changes with the rules, and with the words and code they rest on."""
        return f"{rules_hash()}-{content_hash()}"

    def process(self, messages: List[Message]) -> List[Message]:
        """Override the intent of each message that is a report."""
        for message in messages:
            doc = message.get(SPACY_DOC)
            if doc is None:
                continue
            assessment = _assess(doc, _texts_before(message))
            if heard := message.get(HEARD):
                assessment = second_look(assessment, doc, heard, answered=_is_answered(message))
            if assessment.level is not None and not (assessment.level == "expected" and _is_answered(message)):
                _report(message, {"level": assessment.level, "signs": list(assessment.signs)})
        return messages


def _assess(doc: Doc, before: List[str]) -> Assessment:
    """What the message reports; where it speaks of a sign, in the light of what the visitor wrote before."""
    if not before or not doc.spans.get("signs"):
        return assess(doc)
    pipeline = loaded_pipeline(load_settings().data_dir / "spacy")
    return assess_together([*(pipeline(text.lower()) for text in before), doc])


def _is_answered(message: Message) -> bool:
    """Whether the message asks for topics that have an answer: "face is pink, can I wear concealer" is answered that, mild redness
    or not."""
    found = message.get("understanding") or {}
    return bool(found.get("topics")) and asks(message.get(TEXT))


def _texts_before(message: Message) -> List[str]:
    before = (message.get("metadata") or {}).get(BEFORE) or {}
    return list(before.get("texts") or [])


def _report(message: Message, safety: Dict[str, Any]) -> None:
    intent = {INTENT_NAME_KEY: REPORT, PREDICTED_CONFIDENCE_KEY: 1.0}
    others = [entry for entry in message.get(INTENT_RANKING_KEY, []) if entry.get(INTENT_NAME_KEY) != REPORT]
    message.set(INTENT, intent, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [dict(intent), *others], add_to_output=True)
    message.set("safety", safety, add_to_output=True)
