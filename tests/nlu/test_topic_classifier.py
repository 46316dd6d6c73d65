"""The topic model inside Rasa: what a message's intent becomes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.model_training import train_nlu
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from ruamel.yaml import YAML

from bot.language.encoder import SentenceEncoder
from bot.nlu import topic_classifier
from bot.nlu.sentence_encoder_featurizer import ORIGIN
from bot.nlu.topic_classifier import TopicClassifier
from tests.support.encoder import encoder as loaded_encoder
from tests.support.encoder import encoder_folder

EXAMPLES = {
    "ask_price": ["how much is it", "what does it cost", "is it expensive", "price of one session", "your fee"],
    "ask_pain_and_numbing": [
        "does it hurt",
        "is it painful",
        "will I feel the needles",
        "numbing cream",
        "ouch?",
    ],
    "greet": ["hello there", "good morning", "hi", "hey you", "good evening"],
    "out_of_scope": ["what is the weather", "tell me a joke", "who won the football", "write a poem", "pizza"],
}
NOTHING = {
    "decision": "reject",
    "candidates": [],
    "confidence": 0.0,
    "similarity": 0.0,
    "certainty": 0.0,
    "threshold": 0.0,
    "topics": [],
    "follows": False,
    "wishes_booking": False,
}


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return loaded_encoder()


def message(encoder: SentenceEncoder, text: str, intent: str | None = None) -> Message:
    """A message as it leaves the featurizer."""
    built = Message.build(text, intent=intent)
    if text.strip():
        built.add_features(Features(encoder.encode([text]), FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))
    return built


def training_data(encoder: SentenceEncoder, *, reverse: bool = False) -> TrainingData:
    pairs = [(text, intent) for intent, texts in EXAMPLES.items() for text in texts]
    return TrainingData([message(encoder, *pair) for pair in (reversed(pairs) if reverse else pairs)])


def component(folder: Path, *, made_by: str = "create") -> TopicClassifier:
    make = getattr(TopicClassifier, made_by)
    context = ExecutionContext(GraphSchema({}), "model")
    made: TopicClassifier = make({}, LocalModelStorage(folder), Resource("topics"), context)
    return made


@pytest.fixture(scope="module")
def classifier(encoder: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory) -> TopicClassifier:
    """Trained, saved and loaded."""
    folder = tmp_path_factory.mktemp("storage")
    component(folder).train(training_data(encoder))
    return component(folder, made_by="load")


def understood(classifier: TopicClassifier, encoder: SentenceEncoder, text: str) -> dict[str, Any]:
    (processed,) = classifier.process([message(encoder, text)])
    output: dict[str, Any] = processed.as_dict(only_output_properties=True)
    return output


def test_certain_question_becomes_its_intent(classifier: TopicClassifier, encoder: SentenceEncoder) -> None:
    output = understood(classifier, encoder, "is it painful")
    assert output["intent"]["name"] == "ask_pain_and_numbing"
    assert output["understanding"]["decision"] == "answer"
    assert output["understanding"]["candidates"] == ["ask_pain_and_numbing"]


def test_doubtful_question_becomes_the_fallback_with_candidates(
    classifier: TopicClassifier, encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = classifier._model
    assert model is not None
    wary = replace(model.calibration.thresholds, closeness=0.1)
    monkeypatch.setattr(model, "calibration", replace(model.calibration, thresholds=wary))
    output = understood(classifier, encoder, "is it expensive or painful")
    assert output["intent"]["name"] == "nlu_fallback"
    assert output["understanding"]["decision"] == "clarify"
    assert set(output["understanding"]["candidates"]) == {"ask_price", "ask_pain_and_numbing"}


def test_fallback_keeps_confidence_and_ranking(classifier: TopicClassifier, encoder: SentenceEncoder) -> None:
    output = understood(classifier, encoder, "my aunt repairs violins in Vienna")
    assert output["intent"]["name"] == "nlu_fallback"
    assert output["understanding"]["decision"] == "reject"
    assert output["intent"]["confidence"] == output["intent_ranking"][0]["confidence"] > 0
    assert {entry["name"] for entry in output["intent_ranking"]} == set(EXAMPLES)


def test_output_is_plain_json(classifier: TopicClassifier, encoder: SentenceEncoder) -> None:
    output = understood(classifier, encoder, "is it painful")
    assert set(output["understanding"]) == set(NOTHING)
    assert json.loads(json.dumps(output["understanding"])) == output["understanding"]


@pytest.mark.parametrize("text", ["", " \n"])
def test_message_without_words_is_not_understood(
    classifier: TopicClassifier, encoder: SentenceEncoder, text: str
) -> None:
    output = understood(classifier, encoder, text)
    assert output["intent"] == {"name": "nlu_fallback", "confidence": 0.0}
    assert output["intent_ranking"] == []
    assert output["understanding"] == NOTHING


def test_training_without_examples_understands_nothing(encoder: SentenceEncoder, tmp_path: Path) -> None:
    component(tmp_path).train(TrainingData([]))
    assert understood(component(tmp_path, made_by="load"), encoder, "is it painful")["understanding"] == NOTHING


def test_order_of_the_examples_makes_no_difference(
    classifier: TopicClassifier, encoder: SentenceEncoder, tmp_path: Path
) -> None:
    component(tmp_path).train(training_data(encoder, reverse=True))
    turned = component(tmp_path, made_by="load")
    assert understood(turned, encoder, "cost?") == understood(classifier, encoder, "cost?")


def test_fingerprint_changes_with_the_code_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    before = TopicClassifier.fingerprint_addon({})
    assert TopicClassifier.fingerprint_addon({}) == before
    monkeypatch.setattr(topic_classifier.topic_model, "__file__", topic_classifier.topic_decision.__file__)
    assert TopicClassifier.fingerprint_addon({}) != before


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Agent:
    """Rasa with our two components, trained and loaded from the model's file."""
    folder = tmp_path_factory.mktemp("rasa")
    pipeline = [
        {"name": "WhitespaceTokenizer"},
        {
            "name": "bot.nlu.sentence_encoder_featurizer.SentenceEncoderFeaturizer",
            "folder": str(encoder_folder()),
        },
        {"name": "bot.nlu.topic_classifier.TopicClassifier"},
    ]
    config = {"recipe": "default.v1", "assistant_id": "test", "language": "en", "pipeline": pipeline}
    groups = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in EXAMPLES.items()
    ]
    YAML().dump(config, folder / "config.yml")
    YAML().dump({"version": "3.1", "nlu": groups}, folder / "nlu.yml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RASA_CACHE_DIRECTORY", str(folder / "cache"))
        model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder / "models"))
    return Agent.load(model)


@pytest.mark.parametrize(
    ("text", "decision"),
    [("does it hurt", "answer"), ("", "reject"), ("my aunt repairs violins in Vienna", "reject")],
)
def test_rasa_parses_with_our_components(agent: Agent, text: str, decision: str) -> None:
    assert asyncio.run(agent.parse_message(text))["understanding"]["decision"] == decision
