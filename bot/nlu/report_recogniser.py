"""Hears whether a message sounds like a report of something wrong: the adapter of `bot.language.report_model` to Rasa."""

from typing import Any, Dict, List, Optional, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language import report_model, topic_scorer
from bot.language.encoder import SentenceEncoder
from bot.language.report_model import NONE, ReportModel, read_examples
from bot.language.wording import Wording
from bot.language.words import read_shorthand
from bot.nlu.sentence_encoder_featurizer import (
    SentenceEncoderFeaturizer,
    encoder_for,
    sentence_vector,
)
from bot.nlu.sources import folder_digest, source_digest
from bot.settings import PROJECT_DIR

HEARD = "heard"  # on a message: how suspicious it sounds; not part of what is understood
REPORT = "report_reaction"
EXAMPLES = PROJECT_DIR / "data" / "safety"
MODEL = "reports.skops"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ReportRecogniser(GraphComponent):
    """Learns from `data/safety` and, as what is no report, from every intent's examples; gives each message its `Suspicion`."""

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        return [SentenceEncoderFeaturizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The sentence encoder's, as the featurizer's."""
        return SentenceEncoderFeaturizer.get_default_config()

    def __init__(
        self,
        encoder: SentenceEncoder,
        storage: ModelStorage,
        resource: Resource,
        model: Optional[ReportModel] = None,
    ) -> None:
        self._encoder = encoder
        self._storage = storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "ReportRecogniser":
        return cls(encoder_for(config), model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "ReportRecogniser":
        with model_storage.read_from(resource) as folder:
            return cls(encoder_for(config), model_storage, resource, ReportModel.load(folder / MODEL))

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        return f"{source_digest(report_model, topic_scorer)}-{folder_digest(EXAMPLES)}"

    def train(self, training_data: TrainingData) -> Resource:
        """Learn; what the examples of this project are read as, those of `data/safety` are, too."""
        examples = [e for e in training_data.intent_examples if sentence_vector(e) is not None]
        wording = Wording.learn([e.get(TEXT) for e in examples], self._encoder.dictionary(), read_shorthand())
        reports = read_examples(EXAMPLES)
        others = [e for e in examples if e.get(INTENT) != REPORT]
        vectors = [self._encoder.encode([wording.read(text) for text, _ in reports])]
        vectors += [vector[np.newaxis] for e in others if (vector := sentence_vector(e)) is not None]
        self._model = ReportModel.train(
            [*(text for text, _ in reports), *(e.get(TEXT) for e in others)],
            np.concatenate(vectors),
            [*(level for _, level in reports), *(NONE for _ in others)],
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder / MODEL)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Give each message with words what is heard in it."""
        for message in messages:
            vector = sentence_vector(message)
            if self._model is not None and vector is not None:
                (heard,) = self._model.suspicions([message.get(TEXT)], vector[np.newaxis])
                message.set(HEARD, heard)
        return messages
