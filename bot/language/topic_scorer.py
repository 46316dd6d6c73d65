"""Scores a message against every topic: by a logistic regression together with the topic's nearest example."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skops.io
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.utils.extmath import randomized_svd

from bot.language.encoder import Vectors

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Chosen by cross-validation on this project's examples and on BANKING77's training part, 10 an intent; all are flat
# around these values. Both parts of a feature row have length 1 before the share: raw counts would drown the vectors.
SPELLING_SHARE = 0.75
SPELLING_DIMENSIONS = 512
REGULARISATION = 30.0
# What a cosine of 1 to the nearest example adds to a topic's log-probability. Of this project's examples, 2,956 held out of
# training, 77.8 % are right with 2, 78.9 % with 8; of the development messages of the article 151 and 153 of 170, and those without
# an answer stand further apart from them (area under the curve 0.945, 0.952 with 4, 0.959).
NEAREST = 8.0
# The likeliest topics whose examples are looked at for that: with five, as right as with all, in a tenth of the time.
LIKELY = 5
# From here on a run of letters that only one message holds is left out.
MANY_EXAMPLES = 500
SEED = 0
# What a skops file may hold besides the types that skops trusts anyway: a plain matrix of numbers.
TRUSTED_TYPES = ["scipy.sparse._csr.csr_matrix"]


@dataclass(frozen=True)
class Examples:
    """n messages with their topics: vectors (n, 384), each of length 1; topics (n,), indices into `names`."""

    texts: Sequence[str]
    vectors: Vectors
    topics: Integers
    names: tuple[str, ...]

    @classmethod
    def of(cls, texts: Sequence[str], vectors: Vectors, topics: Sequence[str]) -> Examples:
        """Examples with their topics given by name."""
        names, indices = np.unique(np.asarray(topics, dtype=str), return_inverse=True)
        return cls(texts, vectors, indices.astype(np.int64), tuple(names.tolist()))

    def subset(self, chosen: NDArray[np.bool_]) -> Examples:
        """Those that are chosen, shape (n,), in their order, with all names."""
        texts = [self.texts[index] for index in np.flatnonzero(chosen)]
        return Examples(texts, self.vectors[chosen], self.topics[chosen], self.names)

    def __len__(self) -> int:
        return len(self.texts)


class Spelling:
    """Weighted runs of 2 to 4 letters, compressed so that a classifier learns from them in seconds."""

    def __init__(self, runs: TfidfVectorizer, projection: NDArray[np.float16]) -> None:
        self.runs = runs
        self.projection = projection
        self._runs_of = runs.build_analyzer()
        self._rarity = np.asarray(runs.idf_, dtype=np.float32)

    @classmethod
    def fit(cls, texts: Sequence[str], dimensions: int = SPELLING_DIMENSIONS) -> Spelling:
        """Learn which runs are rare, and which stand together; a row gets at most so many `dimensions`."""
        rarest = 2 if len(texts) >= MANY_EXAMPLES else 1
        runs = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=rarest, dtype=np.float32
        )
        weights = runs.fit_transform(texts)
        # The runs left out are of no use any more, and many.
        runs.stop_words_ = None
        _, _, axes = randomized_svd(weights, min(dimensions, *weights.shape), random_state=SEED)
        # In the order in which rows are read: ten times as fast for one message.
        # In half the bytes, which is exact enough for directions: this table is most of a model.
        return cls(runs, np.ascontiguousarray(axes.T, dtype=np.float16))

    def rows(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 a text (of length 0 where it holds no known run), shape (number of texts, dimensions)."""
        return np.stack([self._row(text) for text in texts])

    def _row(self, text: str) -> Vectors:
        """What scikit-learn's transformation gives, without its preparations for many texts: a tenth of the time."""
        known = self.runs.vocabulary_
        counts = Counter(known[run] for run in self._runs_of(text) if run in known)
        if not counts:
            return np.zeros(self.projection.shape[1], dtype=np.float32)
        indices = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
        often = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        row = ((1 + np.log(often)) * self._rarity[indices]) @ self.projection[indices].astype(np.float32)
        length = np.linalg.norm(row)
        return np.asarray(row / length if length else row, dtype=np.float32)


class TopicScorer:
    """Scores by meaning (the encoder's vector) and by spelling (for typos and rare names); learnt with `fit`."""

    def __init__(self, examples: Examples, spelling: Spelling, classifier: LogisticRegression | None) -> None:
        order = np.argsort(examples.topics, kind="stable")
        self.names = examples.names
        self._vectors = examples.vectors[order]
        self._topics = examples.topics[order]
        # Where each topic's examples begin, and where the last one's end.
        self._starts = np.searchsorted(self._topics, np.arange(len(self.names) + 1))
        self._spelling = spelling
        self._classifier = classifier

    @classmethod
    def fit(cls, examples: Examples) -> TopicScorer:
        """Learn from at least one example of every topic; some seconds for 5,000.

        The same examples in the same order give the same scorer.
        """
        spelling = Spelling.fit(examples.texts)
        if len(examples.names) == 1:
            return cls(examples, spelling, None)
        # Every topic weighs the same, whether it has 40 examples or 400.
        classifier = LogisticRegression(C=REGULARISATION, class_weight="balanced", max_iter=100, tol=1e-2)
        classifier.fit(features(examples.vectors, spelling.rows(examples.texts)), examples.topics)
        return cls(examples, spelling, classifier)

    def logits(self, texts: Sequence[str], vectors: Vectors) -> Floats:
        """Unscaled log-probabilities, shape (number of texts, number of topics)."""
        if self._classifier is None:
            return np.zeros((len(texts), 1))
        rows = features(vectors, self._spelling.rows(texts))
        # scikit-learn's `decision_function` without its inspection of the numbers: a third of the time for one message.
        weights, offsets = self._classifier.coef_, self._classifier.intercept_
        logits = np.asarray(rows @ weights.T + offsets, dtype=np.float64)
        # Of two topics, scikit-learn gives one number: the second's log-odds.
        logits = logits if logits.shape[1] > 1 else np.hstack([np.zeros_like(logits), logits])
        return logits + NEAREST * self._likely_similarities(vectors, logits)

    def _likely_similarities(self, vectors: Vectors, logits: Floats) -> Floats:
        """Cosine to the nearest example of each vector's likeliest topics; 0 for the others."""
        found = np.zeros_like(logits)
        for row, topics in enumerate(np.argsort(-logits, axis=1, kind="stable")[:, :LIKELY]):
            for topic in topics:
                found[row, topic] = (self._examples_of(topic) @ vectors[row]).max()
        return found

    def similarities(self, vectors: Vectors, *, only: int | None = None) -> Floats:
        """Cosine to the nearest example of each topic, shape (number of vectors, number of topics).

        Args:
            only: the one topic that matters; the others get 0, without a look at their examples.
        """
        if only is not None:
            found = np.zeros((len(vectors), len(self.names)))
            found[:, only] = (vectors @ self._examples_of(only).T).max(axis=1)
            return found
        return np.maximum.reduceat(vectors @ self._vectors.T, self._starts[:-1], axis=1).astype(np.float64)

    def _examples_of(self, topic: int) -> Vectors:
        examples: Vectors = self._vectors[self._starts[topic] : self._starts[topic + 1]]
        return examples

    def save(self, path: Path) -> None:
        """Write one skops file."""
        content = {
            "names": list(self.names),
            "topics": self._topics,
            "vectors": self._vectors,
            "runs": self._spelling.runs,
            "projection": self._spelling.projection,
            "classifier": self._classifier,
        }
        skops.io.dump(content, path)

    @classmethod
    def load(cls, path: Path) -> TopicScorer:
        """Read what `save` wrote.

        Raises:
            TypeError: the file holds a type that NumPy, SciPy and scikit-learn do not define.
        """
        content = skops.io.load(path, trusted=TRUSTED_TYPES)
        examples = Examples([], content["vectors"], content["topics"], tuple(content["names"]))
        return cls(examples, Spelling(content["runs"], content["projection"]), content["classifier"])


def features(vectors: Vectors, spelling: Vectors) -> Vectors:
    """What is learnt from: meaning and spelling side by side, a row a text."""
    return np.hstack([vectors, SPELLING_SHARE * spelling]).astype(np.float32)
