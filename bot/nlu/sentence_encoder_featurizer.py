"""Gives every message its sentence vector, as a dense feature that other components read."""

import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, get_args

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language import encoder, spelling, wording
from bot.language.encoder import BUILD, WEIGHTS_SHA256, Precision, SentenceEncoder, Vectors, shared_encoder
from bot.language.encoder_graph import ensure_encoder
from bot.language.follow_ups import BEFORE, Before
from bot.language.reading import Texts
from bot.language.wording import Wording
from bot.language.words import content_hash, read_shorthand
from bot.nlu.sources import source_digest
from bot.settings import load_settings

ORIGIN = "SentenceEncoderFeaturizer"
SIGHTED = "sighted"  # on a message: its `Texts` and their vectors; not part of what is understood
SPACY_DOC = "text_spacy_doc"
WORDS = "words.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEncoderFeaturizer(GraphComponent):
    """A thin adapter over `bot.language.encoder` and `wording`: a message's vector is that of its text put right.

    It learns the examples' words. A message without text, or with a blank one, gets no vector.
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`folder`: where the encoder is built, by default DATA_DIR/encoder; `precision`: fp32 or int8; `threads`:
        cores for one call, 0 for all."""
        return {"folder": None, "precision": "fp32", "threads": 1}

    @staticmethod
    def required_packages() -> List[str]:
        return ["onnxruntime", "tokenizers"]

    def __init__(
        self, encoder: SentenceEncoder, storage: ModelStorage, resource: Resource, counts: Dict[str, int]
    ) -> None:
        self._encoder = encoder
        self._storage = storage
        self._resource = resource
        self._wording = Wording(counts, encoder.dictionary(), read_shorthand())

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEncoderFeaturizer":
        return cls(encoder_for(config), model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SentenceEncoderFeaturizer":
        with model_storage.read_from(resource) as folder:
            counts = json.loads((folder / WORDS).read_text(encoding="utf-8"))
        return cls(encoder_for(config), model_storage, resource, counts)

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        return f"{WEIGHTS_SHA256}-{BUILD}-{source_digest(encoder, spelling, wording)}-{content_hash()}"

    def train(self, training_data: TrainingData) -> Resource:
        texts = [example.get(TEXT) or "" for example in training_data.intent_examples]
        self._wording = Wording.learn(texts, self._encoder.dictionary(), read_shorthand())
        with self._storage.write_to(self._resource) as folder:
            (folder / WORDS).write_text(json.dumps(self._wording.counts, sort_keys=True), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        written = [example for example in training_data.training_examples if _is_written(example)]
        for example, vector in zip(written, self._encode([e.get(TEXT) for e in written]), strict=True):
            _add_vector(example, vector)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Give each message its vector, and the vectors of the parts that may each ask something (`SIGHTED`)."""
        for message in filter(_is_written, messages):
            texts = _texts(message)
            vectors = self._encode(texts.all())
            _add_vector(message, vectors[0])
            message.set(SIGHTED, (texts, vectors))
        return messages

    def _encode(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.encode([self._wording.read(text) for text in texts])


def _is_written(message: Message) -> bool:
    return bool((message.get(TEXT) or "").strip())


def _texts(message: Message) -> Texts:
    doc, before = message.get(SPACY_DOC), Before.of((message.get("metadata") or {}).get(BEFORE))
    return Texts(message.get(TEXT)) if doc is None else Texts.of(doc, message.get(TEXT), before)


def _add_vector(message: Message, vector: Vectors) -> None:
    message.add_features(Features(vector[np.newaxis], FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))


def sentence_vector(message: Message) -> Optional[Vectors]:
    """The message's vector, shape (384,), as this featurizer set it; None where it set none."""
    _, sentence = message.get_dense_features(TEXT, [ORIGIN])
    return None if sentence is None else np.asarray(sentence.features, dtype=np.float32)[0]


def encoder_for(config: Dict[str, Any]) -> SentenceEncoder:
    """The encoder that a component's configuration asks for, built where it is missing.

    Raises:
        InvalidConfigException: there is no such precision.
    """
    if config["precision"] not in get_args(Precision):
        raise InvalidConfigException(f"{ORIGIN}: 'precision' is one of {', '.join(get_args(Precision))}.")
    folder = Path(config["folder"]) if config["folder"] else load_settings().data_dir / "encoder"
    ensure_encoder(folder, precision=config["precision"])
    return shared_encoder(folder, precision=config["precision"], threads=config["threads"])
