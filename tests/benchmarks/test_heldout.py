"""What is measured on was never trained on."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from benchmarks.understanding.cases import Case, load_cases
from benchmarks.understanding.judging import judge
from benchmarks.understanding.training_examples import encoder, training_examples
from benchmarks.understanding.visits import Seen
from bot.language.report_model import read_examples
from bot.settings import PROJECT_DIR

MOST_ALIKE = 0.95


def trained() -> list[str]:
    """Every training example, and every example of the report model."""
    reports = [text for text, _ in read_examples(PROJECT_DIR / "data" / "safety")]
    return [text for lines in training_examples().values() for text in lines] + reports


def measured() -> list[str]:
    """Every message that is measured on; a context dialogue's first one only sets the scene."""
    return [
        turn.text
        for case in load_cases()
        for turn in (case.turns[1:] if case.group == "context" else case.turns)
    ]


def normal(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def test_no_held_out_message_is_a_training_example() -> None:
    known = {normal(text) for text in trained()} - {""}
    assert [text for text in measured() if normal(text) in known] == []


def test_no_held_out_message_is_a_training_example_in_other_words() -> None:
    model = encoder()
    texts = measured()
    nearest = (model.encode(texts) @ model.encode(trained()).T).max(axis=1)
    assert [text for text, alike in zip(texts, nearest, strict=True) if alike > MOST_ALIKE] == []


def test_held_out_messages_are_many_and_in_every_group() -> None:
    counts = Counter(case.group for case in load_cases("test"))
    assert sum(counts.values()) >= 500
    assert set(counts) == {
        "article", "clinic", "outside", "dialogue", "compound", "context", "safety", "timing", "cautions",
    }  # fmt: skip


def test_part_of_a_case_is_decided_by_its_words() -> None:
    parts = {part: load_cases(part) for part in ("development", "test")}  # type: ignore[arg-type]
    assert len(parts["development"]) + len(parts["test"]) == len(load_cases())
    heldout = [case for case in load_cases() if not case.fresh]
    assert 0.3 < sum(case.part == "development" for case in heldout) / len(heldout) < 0.5
    assert not any(case.fresh for case in parts["test"])


def first(group: str) -> Case:
    return load_cases(groups=[group])[0]


def seen(outcome: str = "answered", topics: tuple[str, ...] = (), **other: object) -> Seen:
    return Seen(topics, outcome, "", str(other.pop("intent", "")), frozenset(), 0.01, **other)  # type: ignore[arg-type]


def test_right_topic_is_right_and_another_is_wrong() -> None:
    case = first("article")
    topic = sorted(case.turns[0].expected.topics[0])[0]
    assert judge(case, case.turns[0], seen(topics=(topic,))).how == "right"
    assert judge(case, case.turns[0], seen(topics=("price",))).how == "wrong"
    assert judge(case, case.turns[0], seen("clarify")).how == "asked back"
    assert judge(case, case.turns[0], seen("unanswered")).how == "refused"
    more = judge(case, case.turns[0], seen(topics=(topic, "price")))
    assert (more.right, more.exact) == (True, False)


@pytest.mark.parametrize(
    ("level", "outcome", "right"),
    [
        ("urgent", "urgent", True),
        ("urgent", "handoff", False),
        ("concerning", "handoff", True),
        ("concerning", "answered", False),
        ("none", "answered", True),
        ("none", "urgent", False),
    ],
)
def test_alarm_fits_the_level(level: str, outcome: str, right: bool) -> None:
    case = next(case for case in load_cases(groups=["safety"]) if case.kind == level)
    assert judge(case, case.turns[-1], seen(outcome, intent="report_reaction")).right is right


def test_several_answers_are_right_in_the_order_asked() -> None:
    case = next(case for case in load_cases(groups=["compound"]) if len(case.turns[0].expected.topics) == 2)
    expected = case.turns[0].expected
    first_topic, second_topic = (sorted(alternatives)[0] for alternatives in expected.topics)
    in_order = Seen((first_topic, second_topic), "answered", "", "", expected.cautions, 0.01)
    reversed_ = Seen((second_topic, first_topic), "answered", "", "", expected.cautions, 0.01)
    assert judge(case, case.turns[0], in_order).right
    assert not judge(case, case.turns[0], reversed_).right
