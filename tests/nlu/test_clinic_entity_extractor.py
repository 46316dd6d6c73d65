"""Rasa sees the pipeline's entities with canonical values, at the right place in the text."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.nlu.training_data.message import Message

from bot.language.pipeline import ensure_pipeline
from bot.nlu.clinic_entity_extractor import ClinicEntityExtractor

_LOAD_AS_RASA_DOES = """
import sys
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.utils.spacy_utils import SpacyNLP
from rasa.shared.data import TrainingType

names = ["SpacyNLP", "SpacyTokenizer", "bot.nlu.clinic_entity_extractor.ClinicEntityExtractor"]
pipeline = [{"name": name, "model": sys.argv[1]} for name in names]
DefaultV1Recipe().graph_config_for_recipe({"language": "en", "pipeline": pipeline}, {}, TrainingType.NLU)
print(len(SpacyNLP.load_model(sys.argv[1]).model("i am pregnant").ents))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_pipeline(tmp_path_factory.mktemp("spacy"))


@pytest.fixture(scope="module")
def model(folder: Path) -> SpacyModel:
    return SpacyNLP.load_model(str(folder))


def _entities(model: SpacyModel, text: str, **data: Any) -> list[dict[str, Any]]:
    message = Message(data={"text": text, **data})
    SpacyNLP(model, {"case_sensitive": False}).process([message], model)
    ClinicEntityExtractor().process([message])
    return list(message.get("entities", []))


def test_extractor_writes_canonical_values(model: SpacyModel) -> None:
    (entity,) = _entities(model, "Can it fade my STRECH marks?")
    assert entity == {
        "entity": "concern",
        "value": "stretch_marks",
        "start": 15,
        "end": 27,
        "text": "STRECH marks",
        "negated": False,
        "hypothetical": True,
        "past": False,
        "extractor": "ClinicEntityExtractor",
    }


def test_extractor_gives_elapsed_time_in_hours(model: SpacyModel) -> None:
    (entity,) = _entities(model, "had it done 3 days ago")
    assert (entity["entity"], entity["value"]) == ("elapsed_time", 72.0)


def test_extractor_marks_what_is_denied(model: SpacyModel) -> None:
    (entity,) = _entities(model, "I'm not pregnant")
    assert entity["negated"] is True


def test_extractor_marks_what_is_over(model: SpacyModel) -> None:
    (entity,) = _entities(model, "my infection cleared up")
    assert entity["past"] is True


def test_extractor_keeps_the_entities_of_others(model: SpacyModel) -> None:
    other = {"entity": "name", "value": "Ann", "start": 0, "end": 3, "extractor": "X"}
    assert _entities(model, "Ann is pregnant", entities=[other])[0] == other


def test_extractor_ignores_a_message_without_document() -> None:
    message = Message(data={"text": ""})
    ClinicEntityExtractor().process([message])
    assert message.get("entities") is None


def test_extractor_finds_the_place_where_lower_case_is_longer(model: SpacyModel) -> None:
    (entity,) = _entities(model, "İİ acne scars")
    assert (entity["text"], entity["start"], entity["end"]) == ("acne scars", 3, 13)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=100), after=st.text(max_size=40))
def test_extractor_offsets_always_fit_the_text(model: SpacyModel, text: str, after: str) -> None:
    whole = f"{text} i have acne scars, 3 days ago {after}"
    for entity in _entities(model, whole):
        assert whole[entity["start"] : entity["end"]] == entity["text"]


def test_extractor_fingerprint_follows_the_vocabulary(folder: Path) -> None:
    addon = ClinicEntityExtractor.fingerprint_addon({})
    assert addon
    assert folder.name.endswith(addon)


def test_rasa_loads_the_pipeline_knowing_only_its_config(folder: Path) -> None:
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _LOAD_AS_RASA_DOES, str(folder)], capture_output=True, text=True, check=False
    )
    assert run.stdout.strip().endswith("1"), run.stderr[-2000:]
