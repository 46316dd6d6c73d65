"""Recognises what is not written in English: the adapter of `bot.language.foreign` to Rasa."""

from typing import Any, Dict, List, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.language import foreign
from bot.language.foreign import written_in_english
from bot.nlu.sources import source_digest

FOREIGN = "foreign_language"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ForeignLanguageDetector(GraphComponent):
    """Makes a message in another language `foreign_language`, whatever it was taken for. Stands before the safety rules."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "ForeignLanguageDetector":
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        return source_digest(foreign)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            if not written_in_english(message.get(TEXT) or ""):
                message.set(INTENT, {"name": FOREIGN, "confidence": 1.0}, add_to_output=True)
                message.set("intent_ranking", [{"name": FOREIGN, "confidence": 1.0}], add_to_output=True)
                message.set("understanding", None)
        return messages
