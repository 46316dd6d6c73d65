"""The generated cases are many, always the same, and each of them can fail."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher

import pytest
import tomli

from benchmarks.understanding.checklist import FILE, Check, generate_checks
from benchmarks.understanding.checklist_edits import with_missing_space, with_typo, without_case
from bot.settings import PROJECT_DIR

CHECKS = generate_checks()
SENTENCES = ["How long is the recovery?", "Does needling help with stretch marks?", "When are you open?"]
_EXAMPLE = re.compile(r"^\s+- (.+)$", re.MULTILINE)


def group(name: str) -> list[Check]:
    return [check for check in CHECKS if check.group == name]


def test_cases_are_at_least_800_of_all_three_types() -> None:
    assert len(CHECKS) >= 800
    assert min(Counter(check.test for check in CHECKS).values()) >= 200


def test_same_cases_every_time() -> None:
    assert generate_checks() == CHECKS


def test_names_are_unique() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_no_two_cases_are_the_same_messages() -> None:
    assert len({check.messages for check in CHECKS}) == len(CHECKS)


def test_two_sides_of_a_pair_differ() -> None:
    pairs = [check for check in CHECKS if check.test != "minimum"]
    assert all(len(check.messages) == 2 and check.messages[0] != check.messages[1] for check in pairs)


def test_every_case_expects_something() -> None:
    for check in CHECKS:
        expected = check.expected
        assert check.topics or expected.topics or expected.intent or expected.outcomes, check.name


def test_every_topic_of_the_knowledge_base_is_asked_about() -> None:
    known = {file.stem for file in (PROJECT_DIR / "data" / "knowledge").glob("*.md")}
    asked = {topic for check in group("question") for topics in check.expected.topics for topic in topics}
    assert asked == known


def test_every_change_is_made_on_every_topic() -> None:
    counts = Counter(check.group for check in CHECKS if check.test == "invariance")
    assert len(counts) == 9
    assert len(set(counts.values())) == 1


def test_caution_is_expected_where_it_is_said_and_not_where_it_is_denied() -> None:
    for caution in ("pregnancy", "medical_conditions", "active_acne_or_infection"):
        assert {check.expected.cautions for check in group(f"{caution} said")} == {frozenset({caution})}
        assert {check.expected.no_cautions for check in group(f"{caution} denied")} == {frozenset({caution})}


def test_order_is_all_that_changes_in_two_clauses() -> None:
    for check in group("order"):
        plain, changed = check.messages
        assert sorted(plain.split()) == sorted(changed.split())


def test_hardly_a_sentence_is_a_training_example() -> None:
    """Else a right answer would say nothing; of the plainest questions a few are bound to be."""
    files = (PROJECT_DIR / "data" / "nlu").glob("*.yml")
    examples = {_bare(line) for file in files for line in _EXAMPLE.findall(file.read_text(encoding="utf-8"))}
    seeds = tomli.loads(FILE.read_text(encoding="utf-8"))
    own = [text for seed in seeds["topics"].values() for text in seed["questions"]]
    own += [text for texts in seeds["intents"].values() for text in texts] + seeds["outside"]["questions"]
    assert len([text for text in own if _bare(text) in examples]) < len(own) / 20


def _bare(text: str) -> str:
    return re.sub(r"[^\w\s]", "", text.lower()).strip()


@pytest.mark.parametrize("text", SENTENCES)
def test_typo_is_one_slip(text: str) -> None:
    slipped = with_typo(text)
    assert slipped != text
    assert abs(len(slipped) - len(text)) <= 1
    assert SequenceMatcher(None, text, slipped).ratio() > 0.9
    assert slipped.split()[0] == text.split()[0] or slipped[0] == text[0]


@pytest.mark.parametrize("text", SENTENCES)
def test_missing_space_is_one_space_less(text: str) -> None:
    assert with_missing_space(text).replace(" ", "") == text.replace(" ", "")
    assert with_missing_space(text).count(" ") == text.count(" ") - 1


def test_without_case_is_what_a_phone_writes() -> None:
    assert without_case("What's your address, please?") == "what's your address please"
