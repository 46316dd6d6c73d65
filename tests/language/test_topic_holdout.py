"""Held-out examples must be as new to the scorer as a visitor's message."""

from __future__ import annotations

import numpy as np
import pytest

from bot.language.encoder import Vectors
from bot.language.topic_holdout import FOLDS, NEVER_HELD_OUT, HeldOut, _folds, hold_out
from bot.language.topic_scorer import Examples


def directions(count: int, *, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, 384))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def examples(vectors: Vectors, topics: list[str]) -> Examples:
    return Examples.of([f"text {number}" for number in range(len(topics))], vectors, topics)


def test_same_question_in_other_words_is_held_out_together() -> None:
    questions = directions(20)
    twice = np.repeat(questions, 2, axis=0)
    folds = _folds(examples(twice, ["scars"] * 20 + ["pores"] * 20), np.array([False, False]))
    assert (folds[::2] == folds[1::2]).all()


def test_every_topic_is_spread_over_the_folds() -> None:
    folds = _folds(examples(directions(60), ["scars"] * 30 + ["pores"] * 30), np.array([False, False]))
    for part in (folds[:30], folds[30:]):
        assert np.bincount(part, minlength=FOLDS).tolist() == [6] * FOLDS


def test_whole_kinds_of_unknown_messages_are_held_out() -> None:
    kinds = np.repeat(directions(10), 5, axis=0) + 0.05 * directions(50, seed=1)
    vectors = (kinds / np.linalg.norm(kinds, axis=1, keepdims=True)).astype(np.float32)
    folds = _folds(examples(vectors, ["out_of_scope"] * 50), np.array([True]))
    assert all(len(set(folds[start : start + 5])) == 1 for start in range(0, 50, 5))


def test_topic_with_one_question_is_never_held_out() -> None:
    vectors = np.concatenate([np.repeat(directions(1), 3, axis=0), directions(10, seed=1)])
    folds = _folds(examples(vectors, ["price"] * 3 + ["scars"] * 10), np.array([False, False]))
    assert (folds[:3] == NEVER_HELD_OUT).all()


def test_every_other_example_is_predicted_once() -> None:
    held_out = hold_out(examples(directions(40), ["scars"] * 20 + ["pores"] * 20), np.array([False, False]))
    assert np.bincount(held_out.truth).tolist() == [20, 20]
    assert held_out.logits.shape == held_out.similarities.shape == (40, 2)


def test_nothing_to_hold_out_is_no_prediction() -> None:
    held_out = hold_out(examples(directions(2), ["scars", "pores"]), np.array([False, False]))
    assert held_out.logits.shape == (0, 2)


@pytest.mark.parametrize(("boast", "low", "high"), [(1.0, 0.8, 1.25), (3.0, 2.4, 3.75)])
def test_temperature_takes_back_what_the_scores_boast(boast: float, low: float, high: float) -> None:
    random = np.random.default_rng(0)
    logits = random.normal(scale=2, size=(2000, 4))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = np.array([random.choice(4, p=row) for row in chances])
    assert low < HeldOut(truth, logits * boast, logits).temperature() < high
