"""What is heard in a message inside Rasa: learnt from `data/safety` and from the intents' examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.report_model import Suspicion
from bot.nlu import report_recogniser
from bot.nlu.report_recogniser import HEARD, ReportRecogniser
from bot.nlu.sentence_encoder_featurizer import ORIGIN
from tests.support.encoder import encoder, encoder_folder

REPORTS = {
    "urgent": ["i cannot breathe", "my throat is closing", "my tongue fills my mouth", "every breath whistles"],
    "concerning": [
        "green stuff comes out",
        "it smells rotten",
        "it is hot and wet after a week",
        "pus on my pillow",
    ],
    "expected": ["a bit pink since noon", "slightly tight tonight", "a little warm this evening", "rosy today"],
    "harmless": ["a breath of fresh air", "the price made me choke", "no pus, no fever", "my dog smells"],
}
QUESTIONS = [
    "how much is it",
    "where are you",
    "does it help scars",
    "can i book",
    "is it for men",
    "how often",
]


def message(text: str, intent: str | None = None) -> Message:
    """A message as it leaves the featurizer."""
    built = Message.build(text, intent=intent)
    if text:
        built.add_features(Features(encoder().encode([text]), FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))
    return built


def component(folder: Path, *, made_by: str) -> ReportRecogniser:
    make = getattr(ReportRecogniser, made_by)
    config = {**ReportRecogniser.get_default_config(), "folder": str(encoder_folder())}
    context = ExecutionContext(GraphSchema({}), "model")
    made: ReportRecogniser = make(config, LocalModelStorage(folder), Resource("reports"), context)
    return made


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> ReportRecogniser:
    """Trained, saved and loaded."""
    examples, storage = tmp_path_factory.mktemp("safety"), tmp_path_factory.mktemp("storage")
    for name, texts in REPORTS.items():
        (examples / f"{name}.txt").write_text("\n".join(texts), encoding="utf-8")
    data = TrainingData(
        [message(text, "ask_price") for text in QUESTIONS] + [message("my lips swell", "report_reaction")]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_recogniser, "EXAMPLES", examples)
        component(storage, made_by="create").train(data)
    return component(storage, made_by="load")


def heard(recogniser: ReportRecogniser, text: str) -> Suspicion | None:
    (processed,) = recogniser.process([message(text)])
    found: Suspicion | None = processed.get(HEARD)
    return found


def test_report_is_told_from_a_question(recogniser: ReportRecogniser) -> None:
    report, question = heard(recogniser, "i can hardly breathe"), heard(recogniser, "how much is one session")
    assert report and question
    assert report.serious > 2 * question.serious
    assert report.urgent > 2 * question.urgent


def test_message_without_words_is_not_heard(recogniser: ReportRecogniser) -> None:
    assert heard(recogniser, "") is None


def test_untrained_component_hears_nothing(tmp_path: Path) -> None:
    assert heard(component(tmp_path, made_by="create"), "i cannot breathe") is None


def test_what_is_heard_is_no_part_of_the_output(recogniser: ReportRecogniser) -> None:
    (processed,) = recogniser.process([message("i cannot breathe")])
    assert HEARD not in processed.as_dict(only_output_properties=True)


def test_fingerprint_covers_the_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_recogniser, "EXAMPLES", tmp_path)
    (tmp_path / "urgent.txt").write_text("help\n", encoding="utf-8")
    before = ReportRecogniser.fingerprint_addon({})
    (tmp_path / "urgent.txt").write_text("help me\n", encoding="utf-8")
    assert ReportRecogniser.fingerprint_addon({}) != before
