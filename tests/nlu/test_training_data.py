"""The training examples: enough of them, and no sentence that teaches two intents."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from ruamel.yaml import YAML

from bot.settings import PROJECT_DIR

ARTICLE_TOPICS = [
    "what_is_microneedling",
    "how_it_works",
    "devices",
    "benefits",
    "texture_and_wrinkles",
    "scars",
    "hyperpigmentation",
    "stretch_marks",
    "pore_size",
    "product_absorption",
    "recovery_time",
    "side_effects",
    "pain_and_numbing",
    "procedure_steps",
    "who_performs_it",
    "needle_depth",
    "number_of_sessions",
    "aftercare",
    "sun_protection",
    "cleansing",
    "exfoliation",
    "hydration",
    "makeup",
    "candidates",
    "skin_types",
    "sensitive_skin",
    "active_acne_or_infection",
    "pregnancy",
    "medical_conditions",
    "at_home_rollers",
    "other_treatments",
    "preparation",
    "about_clinic",
]
CLINIC_TOPICS = [
    "price",
    "opening_hours",
    "location",
    "contact",
    "payment",
    "treatments_offered",
    "session_length",
    "results_duration",
    "session_interval",
]
DIALOGUE = [
    "greet",
    "goodbye",
    "thanks",
    "affirm",
    "deny",
    "capabilities",
    "bot_challenge",
    "book_consultation",
    "reschedule_booking",
    "cancel_booking",
    "check_booking",
    "talk_to_human",
    "complaint",
    "report_reaction",
    "privacy_request",
    "stop",
]


@pytest.fixture(scope="module")
def examples() -> dict[str, list[str]]:
    """The examples of each intent."""
    by_intent: dict[str, list[str]] = {}
    for file in sorted((PROJECT_DIR / "data" / "nlu").glob("*.yml")):
        for group in YAML(typ="safe").load(file.read_text(encoding="utf-8"))["nlu"]:
            lines = [line.strip()[2:] for line in group["examples"].splitlines() if line.strip()]
            by_intent.setdefault(group["intent"], []).extend(lines)
    return by_intent


def normalised(text: str) -> str:
    """Without case, punctuation and spacing; what is nothing else stays as it is."""
    return re.sub(r"[\W_]+", " ", text.lower()).strip() or text


@pytest.mark.parametrize(
    ("intents", "least"),
    [
        ([f"ask_{topic}" for topic in ARTICLE_TOPICS], 30),
        ([f"ask_{topic}" for topic in CLINIC_TOPICS], 20),
        ([*DIALOGUE, "ask_not_covered"], 20),
        (["out_of_scope"], 200),
    ],
)
def test_every_intent_has_enough_examples(
    examples: dict[str, list[str]], intents: list[str], least: int
) -> None:
    few = {intent: len(examples.get(intent, [])) for intent in intents if len(examples.get(intent, [])) < least}
    assert not few


def test_no_intent_is_unknown(examples: dict[str, list[str]]) -> None:
    known = {f"ask_{topic}" for topic in [*ARTICLE_TOPICS, *CLINIC_TOPICS, "not_covered"]}
    assert set(examples) == known | set(DIALOGUE) | {"out_of_scope", "foreign_language", "find_booking"}


def test_no_example_stands_twice(examples: dict[str, list[str]]) -> None:
    places = defaultdict(list)
    for intent, texts in examples.items():
        for text in texts:
            places[normalised(text)].append(intent)
    twice = {text: intents for text, intents in places.items() if len(intents) > 1}
    assert not twice


def test_every_topic_has_an_answer() -> None:
    files = {file.stem for file in (PROJECT_DIR / "data" / "knowledge").glob("*.md")}
    assert files == {*ARTICLE_TOPICS, *CLINIC_TOPICS}
