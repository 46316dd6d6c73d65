"""The encoder inside Rasa: a vector on every message that says something."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.encoder import SentenceEncoder, encoder_location, is_built
from bot.nlu import sentence_encoder_featurizer
from bot.nlu.sentence_encoder_featurizer import SentenceEncoderFeaturizer, sentence_vector
from tests.support.encoder import encoder as loaded_encoder
from tests.support.encoder import encoder_folder

EXAMPLES = ["is there downtime", "any downtime", "does it hurt", "will it hurt"]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return loaded_encoder()


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    return LocalModelStorage(tmp_path)


def component(
    storage: LocalModelStorage, *, made_by: str = "create", **config: Any
) -> SentenceEncoderFeaturizer:
    config = {**SentenceEncoderFeaturizer.get_default_config(), "folder": str(encoder_folder()), **config}
    make = getattr(SentenceEncoderFeaturizer, made_by)
    made: SentenceEncoderFeaturizer = make(
        config, storage, Resource("featurizer"), ExecutionContext(GraphSchema({}), "model")
    )
    return made


def training_data() -> TrainingData:
    return TrainingData([Message.build(text, intent="ask") for text in EXAMPLES])


def test_message_gets_its_vector(storage: LocalModelStorage, encoder: SentenceEncoder) -> None:
    (message,) = component(storage).process([Message.build("does it hurt")])
    vector = sentence_vector(message)
    assert vector is not None
    assert vector @ encoder.encode(["does it hurt"])[0] == pytest.approx(1, abs=1e-5)


def test_every_training_example_gets_its_own_vector(
    storage: LocalModelStorage, encoder: SentenceEncoder
) -> None:
    data = component(storage).process_training_data(training_data())
    vectors = np.stack([sentence_vector(example) for example in data.training_examples])
    assert np.abs(vectors - encoder.encode(EXAMPLES)).max() < 1e-5


@pytest.mark.parametrize(
    "data", [{"text": ""}, {"text": " \n"}, {"text": None}, {"action_name": "action_listen"}]
)
def test_message_without_words_gets_no_vector(storage: LocalModelStorage, data: dict[str, Any]) -> None:
    (message,) = component(storage).process([Message(data=data)])
    assert sentence_vector(message) is None


def test_loaded_featurizer_puts_words_of_the_examples_right(storage: LocalModelStorage) -> None:
    component(storage).train(training_data())
    loaded = component(storage, made_by="load")
    written, meant = loaded.process([Message.build("any downtme"), Message.build("any downtime")])
    assert np.array_equal(sentence_vector(written), sentence_vector(meant))
    assert written.get("text") == "any downtme"


def test_training_without_examples_changes_no_words(storage: LocalModelStorage) -> None:
    component(storage).train(TrainingData([]))
    (message,) = component(storage, made_by="load").process([Message.build("any downtme")])
    assert sentence_vector(message) is not None


def test_featurizers_share_one_encoder(storage: LocalModelStorage) -> None:
    assert component(storage)._encoder is component(storage)._encoder is loaded_encoder()


def test_unknown_precision_is_refused(storage: LocalModelStorage) -> None:
    with pytest.raises(InvalidConfigException, match="fp32, int8"):
        component(storage, precision="fp8")


def test_missing_encoder_is_built_in_the_folder_of_the_settings(
    storage: LocalModelStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    component(storage, folder=None)
    assert is_built(encoder_location(tmp_path / "data" / "encoder", "fp32"))


def test_fingerprint_changes_with_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    before = SentenceEncoderFeaturizer.fingerprint_addon({})
    assert SentenceEncoderFeaturizer.fingerprint_addon({}) == before
    monkeypatch.setattr(sentence_encoder_featurizer, "WEIGHTS_SHA256", "others")
    assert SentenceEncoderFeaturizer.fingerprint_addon({}) != before
