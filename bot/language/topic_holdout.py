"""Predictions on examples that were held out of training, as new as a visitor's message would be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.special import log_softmax
from sklearn.cluster import KMeans

from bot.language.encoder import Vectors
from bot.language.topic_scorer import SEED, Examples, Floats, Integers, TopicScorer

FOLDS = 5
# Two examples of one topic with this cosine are one question in other words: known when the other is known.
SAME_QUESTION = 0.85
# Into so many kinds are the messages divided that the assistant has no answer to.
KINDS = 10
NEVER_HELD_OUT = -1


@dataclass(frozen=True)
class HeldOut:
    """n predictions: truth (n,) is the real topic's index; logits and similarities have shape (n, topics)."""

    truth: Integers
    logits: Floats
    similarities: Floats

    def temperature(self) -> float:
        """What to divide logits by so that their softmax is calibrated (temperature scaling, Guo et al., 2017)."""
        rows = np.arange(len(self.truth))

        def surprise(temperature: float) -> float:
            return float(-log_softmax(self.logits / temperature, axis=1)[rows, self.truth].mean())

        return float(minimize_scalar(surprise, bounds=(0.2, 5.0), method="bounded").x)


def hold_out(examples: Examples, unknown: NDArray[np.bool_]) -> HeldOut:
    """Predict every example by a scorer that has not seen it, nor the same question in other words.

    Of the topics that `unknown` marks, shape (number of topics,), whole kinds of messages are held out at a time: what
    visitors will ask beside the point is not what anybody thought of. A topic with one question only is never held
    out. The result is empty when nothing is.
    """
    folds = _folds(examples, unknown)
    parts = [_predict(examples, folds == fold) for fold in range(FOLDS) if (folds == fold).any()]
    if not parts:
        empty = np.empty((0, len(examples.names)))
        return HeldOut(np.empty(0, dtype=np.int64), empty, empty)
    return HeldOut(
        np.concatenate([part.truth for part in parts]),
        np.concatenate([part.logits for part in parts]),
        np.concatenate([part.similarities for part in parts]),
    )


def _predict(examples: Examples, held_out: NDArray[np.bool_]) -> HeldOut:
    scorer, new = TopicScorer.fit(examples.subset(~held_out)), examples.subset(held_out)
    return HeldOut(new.topics, scorer.logits(new.texts, new.vectors), scorer.similarities(new.vectors))


def _folds(examples: Examples, unknown: NDArray[np.bool_]) -> Integers:
    """Each example's fold, shape (n,); every topic is spread over the folds, no group is divided."""
    random = np.random.default_rng(SEED)
    folds = np.full(len(examples), NEVER_HELD_OUT, dtype=np.int64)
    for topic in range(len(examples.names)):
        members = np.flatnonzero(examples.topics == topic)
        vectors = examples.vectors[members]
        groups = _kinds(vectors) if unknown[topic] else _questions(vectors)
        if groups.max() > 0:
            folds[members] = _spread(groups, random)
    return folds


def _questions(vectors: Vectors) -> Integers:
    _, labels = connected_components(csr_matrix(vectors @ vectors.T > SAME_QUESTION), directed=False)
    return np.asarray(labels, dtype=np.int64)


def _kinds(vectors: Vectors) -> Integers:
    kinds = KMeans(min(KINDS, len(vectors)), n_init=5, random_state=SEED)
    return np.asarray(kinds.fit_predict(vectors), dtype=np.int64)


def _spread(groups: Integers, random: np.random.Generator) -> Integers:
    """The largest groups first, each into the fold that has least; folds of equal size take turns at random."""
    sizes = np.bincount(groups)
    turns = random.permutation(FOLDS)
    filled = np.zeros(FOLDS, dtype=np.int64)
    fold_of = np.empty(len(sizes), dtype=np.int64)
    for group in np.argsort(-sizes, kind="stable"):
        fold_of[group] = turns[np.argmin(filled[turns])]
        filled[fold_of[group]] += sizes[group]
    folds: Integers = fold_of[groups]
    return folds
