"""Reading the public corpora, choosing a threshold and counting; the pipeline itself is trained by nobody here."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from benchmarks.speed.places import BenchmarkError
from benchmarks.understanding.corpora import Measured, Score, choose_threshold, render
from benchmarks.understanding.corpora_files import (
    OUT_OF_SCOPE,
    Labelled,
    few_shot,
    read_banking77,
    read_clinc150,
)
from benchmarks.understanding.corpora_pipeline import SAFETY, Prediction, write_config
from benchmarks.understanding.figures import Share

EXAMPLES = [
    Labelled(f"{intent} {number}", intent) for intent in ("pay", "lost", "limit") for number in range(5)
]


def prediction(best: str, certainty: float) -> Prediction:
    return Prediction(intent=best, best=best, certainty=certainty, seconds=0.001)


def test_banking77_is_read_with_its_line_breaks(tmp_path: Path) -> None:
    (tmp_path / "banking77").mkdir()
    text = 'text,category\n"My card,\nwhere is it?",card_arrival\n'
    (tmp_path / "banking77" / "train.csv").write_text(text, encoding="utf-8")
    assert read_banking77(tmp_path, "train") == [Labelled("My card,\nwhere is it?", "card_arrival")]


def test_clinc150_puts_what_is_out_of_scope_among_the_rest(tmp_path: Path) -> None:
    (tmp_path / "clinc150").mkdir()
    parts = {name: [[f"{name} inside", "bills"]] for name in ("train", "val", "test")}
    parts |= {f"oos_{name}": [[f"{name} outside", "oos"]] for name in ("train", "val", "test")}
    (tmp_path / "clinc150" / "data_small.json").write_text(json.dumps(parts), encoding="utf-8")
    corpus = read_clinc150(tmp_path)
    assert corpus.test == [Labelled("test inside", "bills"), Labelled("test outside", OUT_OF_SCOPE)]
    assert (corpus.train[0].text, corpus.validation[0].text) == ("train inside", "val inside")


def test_missing_corpus_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="train.csv"):
        read_banking77(tmp_path, "train")


def test_few_shot_draws_as_many_of_each_intent() -> None:
    assert Counter(example.intent for example in few_shot(EXAMPLES, 2, seed=0)) == dict.fromkeys(
        ("limit", "lost", "pay"), 2
    )


def test_few_shot_is_the_same_for_the_same_seed() -> None:
    assert few_shot(EXAMPLES, 2, seed=1) == few_shot(EXAMPLES, 2, seed=1)
    assert few_shot(EXAMPLES, 2, seed=1) != few_shot(EXAMPLES, 2, seed=2)


def test_several_draws_are_shown_as_their_mean_with_the_interval_of_one() -> None:
    score = Score("right intent", [Share(80, 100), Share(90, 100)])
    assert score.value == pytest.approx(0.85)
    assert score.interval == Share(85, 100).interval


def test_threshold_rejects_so_many_that_chance_does_not_explain_it() -> None:
    """Of a hundred, 95 are the fewest whose interval lies above 88 %."""
    messages = [Labelled("", OUT_OF_SCOPE)] * 100 + [Labelled("", "pay")]
    predictions = [prediction("pay", number / 100) for number in range(100)] + [prediction("pay", 0.2)]
    assert choose_threshold(predictions, messages) == 0.94


def test_threshold_rejects_all_where_few_messages_tell() -> None:
    messages = [Labelled("", OUT_OF_SCOPE)] * 5
    assert choose_threshold([prediction("pay", number / 10) for number in range(5)], messages) == 0.4


def test_what_is_taken_for_out_of_scope_needs_no_threshold() -> None:
    messages = [Labelled("", OUT_OF_SCOPE)] * 100
    predictions = [prediction(OUT_OF_SCOPE, 0.9)] * 98 + [prediction("pay", 0.8)] * 2
    assert choose_threshold(predictions, messages) == 0


def test_pipeline_is_ours_without_the_safety_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACY_MODEL", "a-pipeline")
    write_config(tmp_path / "config.yml")
    names = [part["name"] for part in YAML(typ="safe").load(tmp_path / "config.yml")["pipeline"]]
    assert "bot.nlu.topic_classifier.TopicClassifier" in names
    assert SAFETY not in names


def test_table_says_what_was_asked_and_whether_it_was_met() -> None:
    scores = [Score("in scope", [Share(93, 100)], 0.92), Score("recall", [Share(80, 100)], 0.88)]
    table = render({"CLINC150 small": Measured(scores, [61.0], 4.25)})
    assert "| CLINC150 small | in scope | 93.0 % | 86.3–96.6 | ≥ 92.0 % | yes |" in table
    assert "| ≥ 88.0 % | **no** |" in table
    assert "| CLINC150 small | 61 s | 4.2 ms |" in table
