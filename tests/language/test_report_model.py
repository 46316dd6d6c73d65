"""What sounds like a report: learnt from examples, kept, and read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SetupError
from bot.language.report_model import LEVELS, ReportModel, read_examples
from bot.settings import PROJECT_DIR
from tests.support.encoder import encoder

SAFETY = PROJECT_DIR / "data" / "safety"


@pytest.fixture(scope="module")
def model() -> ReportModel:
    texts, levels = zip(*read_examples(SAFETY)[::3], strict=True)
    return ReportModel.train(texts, encoder().encode(texts), levels)


def serious(model: ReportModel, *texts: str) -> list[float]:
    return [suspicion.serious for suspicion in model.suspicions(texts, encoder().encode(texts))]


def test_report_without_the_words_of_the_rules_is_heard(model: ReportModel) -> None:
    report, urgent = model.suspicions(
        texts := [
            "green goo keeps coming out of my cheek since tuesday",
            "every breath is a struggle since the cream",
        ],
        encoder().encode(texts),
    )
    assert report.serious > 0.8
    assert report.urgent < 0.5
    assert urgent.urgent > 0.5


def test_everyday_question_is_no_report(model: ReportModel) -> None:
    assert (
        max(serious(model, "where can i park", "how much is one session", "i love my new skin, thank you"))
        < 0.2
    )


def test_urgent_is_part_of_serious(model: ReportModel) -> None:
    texts = ["my lips are huge", "it smells", "hello"]
    for suspicion in model.suspicions(texts, encoder().encode(texts)):
        assert 0 <= suspicion.urgent <= suspicion.serious <= 1


def test_saved_model_says_the_same(model: ReportModel, tmp_path: Path) -> None:
    model.save(tmp_path / "reports.skops")
    texts = ["my lips are huge", "hello"]
    vectors = encoder().encode(texts)
    assert ReportModel.load(tmp_path / "reports.skops").suspicions(texts, vectors) == model.suspicions(
        texts, vectors
    )


def test_shipped_examples_are_of_every_level_and_stand_once() -> None:
    examples = read_examples(SAFETY)
    assert {level for _, level in examples} == set(LEVELS)
    texts = [" ".join(text.lower().split()) for text, _ in examples]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("content", ["", "\n\n", None])
def test_missing_or_empty_examples_are_a_clear_fault(tmp_path: Path, content: str | None) -> None:
    for name in ("urgent", "concerning", "expected", "harmless"):
        (tmp_path / f"{name}.txt").write_text("an example\n", encoding="utf-8")
    (tmp_path / "expected.txt").unlink()
    if content is not None:
        (tmp_path / "expected.txt").write_text(content, encoding="utf-8")
    with pytest.raises(SetupError, match=r"expected\.txt"):
        read_examples(tmp_path)
