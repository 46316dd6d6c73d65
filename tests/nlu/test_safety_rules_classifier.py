"""Safety comes before whatever the classifiers found."""

from __future__ import annotations

from typing import Any

import pytest
import spacy
from rasa.shared.nlu.training_data.message import Message
from ruamel.yaml import YAML
from spacy.language import Language

from bot.language.pipeline import ensure_pipeline
from bot.language.report_model import Suspicion
from bot.language.safety import assess
from bot.nlu.report_recogniser import HEARD
from bot.nlu.safety_rules_classifier import SafetyRulesClassifier
from bot.settings import PROJECT_DIR

GUESS = {"name": "ask_benefits", "confidence": 0.8}


@pytest.fixture(scope="module")
def nlp(tmp_path_factory: pytest.TempPathFactory) -> Language:
    return spacy.load(ensure_pipeline(tmp_path_factory.mktemp("spacy")))


def _classified(nlp: Language, text: str) -> Message:
    ranking = [GUESS, {"name": "report_reaction", "confidence": 0.1}]
    message = Message(
        data={"text": text, "intent": GUESS, "intent_ranking": ranking, "text_spacy_doc": nlp(text)}
    )
    (processed,) = SafetyRulesClassifier().process([message])
    return processed


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("my face is swollen and i cant breathe properly", "urgent"),
        ("yellow stuff oozing", "concerning"),
        ("my face is a bit red after todays session", "expected"),
        ("i want to kill myself", "crisis"),
    ],
)
def test_report_becomes_the_intent(nlp: Language, text: str, level: str) -> None:
    message = _classified(nlp, text)
    assert message.get("intent") == {"name": "report_reaction", "confidence": 1.0}
    assert message.get("safety")["level"] == level
    assert message.get("safety")["signs"]


def test_report_leads_the_ranking_once(nlp: Language) -> None:
    ranking = _classified(nlp, "yellow stuff oozing").get("intent_ranking")
    assert ranking == [{"name": "report_reaction", "confidence": 1.0}, GUESS]


def test_report_is_part_of_the_output(nlp: Language) -> None:
    assert {"intent", "intent_ranking", "safety"} <= _classified(nlp, "yellow stuff oozing").output_properties


@pytest.mark.parametrize(
    ("text", "topics", "report"),
    [
        ("my face is a bit red from todays session, when can i wear makeup?", ["makeup"], False),
        ("my face is a bit red after todays session", ["side_effects"], True),
        ("my face is a bit red from todays session, ok?", [], True),
        ("yellow stuff is oozing, when can i wear makeup?", ["makeup"], True),
    ],
)
def test_mild_redness_does_not_keep_a_question_from_its_answer(
    nlp: Language, text: str, topics: list[str], report: bool
) -> None:
    data = {"text": text, "intent": GUESS, "text_spacy_doc": nlp(text), "understanding": {"topics": topics}}
    (message,) = SafetyRulesClassifier().process([Message(data=data)])
    assert (message.get("intent")["name"] == "report_reaction") is report


def test_what_sounds_like_a_report_is_one(nlp: Language) -> None:
    text = "my pillow was stuck to me this morning"
    data = {"text": text, "intent": GUESS, "text_spacy_doc": nlp(text), HEARD: Suspicion(0.9, 0.1)}
    (message,) = SafetyRulesClassifier().process([Message(data=data)])
    assert message.get("safety") == {"level": "concerning", "signs": ["sounds_like_a_report"]}


@pytest.mark.parametrize("text", ["what is it good for", "what if it gets infected", "no fever"])
def test_other_messages_stay_as_they_were(nlp: Language, text: str) -> None:
    message = _classified(nlp, text)
    assert message.get("intent") == GUESS
    assert message.get("safety") is None


def test_message_without_document_stays_as_it_was() -> None:
    message = Message(data={"text": "", "intent": GUESS})
    SafetyRulesClassifier().process([message])
    assert message.get("intent") == GUESS


def test_fingerprint_covers_rules_and_words() -> None:
    rules, _, words = str(SafetyRulesClassifier.fingerprint_addon({})).partition("-")
    assert len(rules) == len(words) == 12


def _training_examples() -> list[tuple[str, str]]:
    examples: list[tuple[str, str]] = []
    for file in sorted((PROJECT_DIR / "data" / "nlu").glob("*.yml")):
        content: dict[str, Any] = YAML(typ="safe").load(file.read_text("utf-8"))
        for block in content["nlu"]:
            lines = str(block.get("examples", "")).splitlines()
            examples += [(block.get("intent", ""), line.removeprefix("- ").strip()) for line in lines if line]
    return examples


def test_training_examples_of_other_intents_raise_no_alarm(nlp: Language) -> None:
    alarms = [
        (intent, text)
        for intent, text in _training_examples()
        if intent not in {"report_reaction", ""} and assess(nlp(text)).level in {"urgent", "crisis"}
    ]
    assert alarms == []


def test_training_examples_of_reactions_are_reports(nlp: Language) -> None:
    reports = [assess(nlp(text)).level for intent, text in _training_examples() if intent == "report_reaction"]
    assert sum(level is not None for level in reports) >= 0.95 * len(reports)
