"""Whatever a visitor writes, the rules find what needs a clinician, and nothing else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.language.context import Status
from bot.language.safety import Assessment, assess
from bot.language.safety_rules import LEVELS, load_rules, rules_hash
from bot.language.words import read_words

ROUNDS = tomli.loads(Path(__file__).with_name("safety_messages.toml").read_text("utf-8"))
MESSAGES = [(text, level) for table in ROUNDS.values() for level, texts in table.items() for text in texts]
KINDS_OF_ONE_STATUS = {
    "others",
    "plain",
    "negated_next",
    "negated_list",
    "long_ago",
}  # several tables, one effect
WORDS = sorted({word for text, _ in MESSAGES for word in text.split()})


@pytest.mark.parametrize(("text", "level"), MESSAGES)
def test_message_gets_its_level(nlp: Language, text: str, level: str) -> None:
    assert assess(nlp(text)).level == (None if level == "harmless" else level)


@pytest.mark.parametrize(("text", "level"), [m for m in MESSAGES if m[1] in {"urgent", "crisis"}])
def test_grave_message_is_recognised_in_capitals(nlp: Language, text: str, level: str) -> None:
    assert assess(nlp(text.upper())).level == level


@pytest.mark.parametrize(("text", "level"), [m for m in MESSAGES if m[1] == "urgent"])
def test_urgent_message_is_recognised_after_small_talk(nlp: Language, text: str, level: str) -> None:
    assert assess(nlp(f"Hello, hope you are well. {text}")).level == level


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("my throat is closing up", {"throat"}),
        ("my lips are swelling and i cant breathe", {"airway_swelling", "breathing"}),
        ("i have a fever and the redness is spreading", {"fever_with_spreading", "fever"}),
        ("there is pus coming out and it smells bad", {"discharge", "bad_smell"}),
        ("2 days and my cheeks are still swollen", {"beyond_a_day"}),
        ("my wife says it looks angry", {"somebody_worries"}),
    ],
)
def test_assessment_names_the_signs(nlp: Language, text: str, signs: set[str]) -> None:
    assert signs <= set(assess(nlp(text)).signs)


def test_assessment_of_several_signs_is_the_gravest(nlp: Language) -> None:
    assessment = assess(nlp("my face is a bit red since this morning's session and i can't breathe properly"))
    assert assessment.level == "urgent"
    assert assessment.signs[0] == "breathing"


def test_assessment_lists_each_sign_once(nlp: Language) -> None:
    signs = assess(nlp("my lips are swollen, my tongue is swollen, my lips are swelling")).signs
    assert len(signs) == len(set(signs))


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("my cheeks are red, session was 20 hours ago", "expected"),
        ("my cheeks are red, session was yesterday", "expected"),
        ("my cheeks are red, session was 36 hours ago", "concerning"),
        ("my cheeks are red, session was two days ago", "concerning"),
        ("my cheeks have been red for a fortnight since the session", "concerning"),
        ("my cheeks are red, my wedding is in 2 days and i had my session today", "expected"),
    ],
)
def test_redness_is_judged_by_the_time_that_has_passed(nlp: Language, text: str, level: str) -> None:
    assert assess(nlp(text)).level == level


@pytest.mark.parametrize(
    "text",
    [
        "my lips are not swollen",
        "no trouble breathing",
        "there is no pus",
        "i haven't had a fever",
        "it isn't infected",
    ],
)
def test_denied_sign_is_no_report(nlp: Language, text: str) -> None:
    assert assess(nlp(text)) == Assessment(None, ())


def test_assess_of_a_document_without_signs_reports_nothing() -> None:
    assert assess(Doc(Vocab())) == Assessment(None, ())


@settings(max_examples=150, deadline=None)
@given(text=st.one_of(st.text(max_size=300), st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)))
def test_assess_never_raises(nlp: Language, text: str) -> None:
    assessment = assess(nlp(text))
    assert assessment.level is None or assessment.level in LEVELS
    assert bool(assessment.signs) == (assessment.level is not None)


def test_assess_is_quick(nlp: Language) -> None:
    texts = [text for text, _ in MESSAGES]
    started = time.perf_counter()
    for text in texts:
        assess(nlp(text))
    assert (time.perf_counter() - started) / len(texts) < 0.003


def test_assess_of_a_long_message_is_quick(nlp: Language) -> None:
    started = time.perf_counter()
    assess(nlp("my face is red and swollen and sore, pain bad pus " * 40))
    assert time.perf_counter() - started < 1


def test_rules_name_only_families_that_exist() -> None:
    rules = load_rules()
    families = set(read_words()["phrases"]["signs"])
    used = {f for sign in (*rules.signs, rules.after, rules.before) for group in sign.any for f in group}
    excuses = {f for sign in rules.signs for f in sign.unless} | rules.after.overrules
    assert used | excuses <= families


def test_every_family_of_words_is_used() -> None:
    rules = load_rules()
    used = {f for sign in (*rules.signs, rules.after, rules.before) for group in sign.any for f in group}
    used |= {f for sign in rules.signs for f in sign.unless} | {"idiom", "days_ago"}
    assert set(read_words()["phrases"]["signs"]) <= used


def test_every_kind_of_cue_has_an_effect() -> None:
    assert set(read_words()["phrases"]["cues"]) - KINDS_OF_ONE_STATUS <= {status.value for status in Status}


def test_rules_hash_is_stable() -> None:
    assert rules_hash() == rules_hash()
    assert len(rules_hash()) == 12
