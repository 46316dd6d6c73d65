"""Names a message's intent, or says that it is not sure: the adapter of `bot.language.topic_model` to Rasa."""

import logging
from typing import Any, Dict, List, Optional, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language import topic_decision, topic_holdout, topic_model, topic_scorer
from bot.language.follow_ups import BEFORE, Before
from bot.language.reading import Reading, Texts, read
from bot.language.second_look import HARDLY
from bot.language.topic_model import TopicModel, Understanding
from bot.nlu.report_recogniser import HEARD
from bot.nlu.sentence_encoder_featurizer import SIGHTED, SentenceEncoderFeaturizer, sentence_vector
from bot.nlu.sources import source_digest

# Intents that gather what the assistant has no answer to.
UNKNOWN = frozenset({"out_of_scope", "ask_not_covered"})
RANKED = 10
# What is made of a message without words, and of every message while nothing was learnt.
NOT_UNDERSTOOD = Understanding(
    decision="reject", ranking=(), similarity=0.0, certainty=0.0, threshold=0.0, candidates=()
)

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent):
    """Sets `intent`, `intent_ranking` and `understanding`; an unsure decision becomes the intent `nlu_fallback`."""

    @classmethod
    def required_components(cls) -> List[Type[GraphComponent]]:
        return [SentenceEncoderFeaturizer]

    @staticmethod
    def required_packages() -> List[str]:
        return ["sklearn", "skops"]

    def __init__(self, storage: ModelStorage, resource: Resource, model: Optional[TopicModel] = None) -> None:
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
    ) -> "TopicClassifier":
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "TopicClassifier":
        try:
            with model_storage.read_from(resource) as folder:
                return cls(model_storage, resource, TopicModel.load(folder))
        except ValueError:
            logger.warning("The model was trained without examples: no message will be understood.")
            return cls(model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        return source_digest(topic_decision, topic_holdout, topic_model, topic_scorer)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [
            example for example in training_data.intent_examples if sentence_vector(example) is not None
        ]
        if not examples:
            logger.warning("There are no examples to learn topics from.")
            return self._resource
        # In an order of their own, so that the same examples always make the same model.
        self._model = _learn(sorted(examples, key=lambda example: (example.get(INTENT), example.get(TEXT))))
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            _annotate(message, self._understand(message))
        return messages

    def _understand(self, message: Message) -> Reading:
        vector = sentence_vector(message)
        if self._model is None or vector is None:
            return Reading(NOT_UNDERSTOOD)
        texts, vectors = message.get(SIGHTED) or (Texts(message.get(TEXT)), vector[np.newaxis])
        before = Before.of((message.get("metadata") or {}).get(BEFORE))
        heard = message.get(HEARD)
        return read(texts, vectors, before, self._model, reports=heard is None or heard.serious >= HARDLY)


def _learn(examples: List[Message]) -> TopicModel:
    topics = [example.get(INTENT) for example in examples]
    return TopicModel.train(
        [example.get(TEXT) for example in examples],
        np.array([sentence_vector(example) for example in examples], dtype=np.float32),
        topics,
        offerable={topic for topic in topics if topic.startswith("ask_")} - UNKNOWN,
        unknown=UNKNOWN,
    )


def _annotate(message: Message, reading: Reading) -> None:
    understanding = reading.understanding
    topic, confidence = understanding.ranking[0] if understanding.ranking else (None, 0.0)
    name = topic if understanding.decision == "answer" else DEFAULT_NLU_FALLBACK_INTENT_NAME
    ranking = [{"name": intent, "confidence": chance} for intent, chance in understanding.ranking[:RANKED]]
    found = {
        "decision": understanding.decision,
        "candidates": list(understanding.candidates),
        "confidence": confidence,
        "similarity": understanding.similarity,
        "certainty": understanding.certainty,
        "threshold": understanding.threshold,
        "topics": list(reading.topics),
        "follows": reading.follows,
        "wishes_booking": reading.wishes_booking,
    }
    message.set("intent", {"name": name, "confidence": confidence}, add_to_output=True)
    message.set("intent_ranking", ranking, add_to_output=True)
    message.set("understanding", found, add_to_output=True)
