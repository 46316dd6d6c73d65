"""Which topic a message is about, and whether that is certain enough to answer: learnt from example questions."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from bot.language.encoder import Vectors
from bot.language.topic_decision import (
    CHOICES,
    DEFAULT_THRESHOLDS,
    Calibration,
    Decision,
    Decisions,
    Scores,
    calibrate,
    decide,
)
from bot.language.topic_holdout import hold_out
from bot.language.topic_scorer import Examples, Floats, TopicScorer

# Fewer held-out messages than these say too little to choose thresholds by.
LEAST_KNOWN, LEAST_UNKNOWN = 100, 30


@dataclass(frozen=True)
class Understanding:
    """What is made of one message.

    ranking: all topics with their calibrated probabilities, best first; similarity: cosine to the nearest example of
    the first; threshold: the least probability × similarity that is answered; candidates: the topic to answer, or the
    two or three to choose from, or none.
    """

    decision: Decision
    ranking: tuple[tuple[str, float], ...]
    similarity: float
    threshold: float
    candidates: tuple[str, ...]


class TopicModel:
    """Understands messages; learnt with `train`, kept with `save` and `load`."""

    def __init__(
        self, scorer: TopicScorer, *, offerable: Collection[str], temperature: float, calibration: Calibration
    ) -> None:
        self._scorer = scorer
        self._offerable = frozenset(offerable)
        self._temperature = temperature
        self.calibration = calibration

    @classmethod
    def train(
        cls,
        texts: Sequence[str],
        vectors: Vectors,
        topics: Sequence[str],
        *,
        offerable: Collection[str],
        unknown: Collection[str],
    ) -> TopicModel:
        """Learn from messages, their vectors (n, 384) and their topics' names; n is at least 1.

        `offerable` are the topics that a visitor may be asked to choose from, `unknown` those that gather what the
        assistant has no answer to. What is certain enough is chosen on messages held out of training; where these are
        too few, the default thresholds apply.
        """
        examples = Examples.of(texts, vectors, topics)
        temperature, calibration = _calibrate(
            examples, _among(examples.names, offerable), _among(examples.names, unknown)
        )
        scorer = TopicScorer.fit(examples)
        return cls(scorer, offerable=offerable, temperature=temperature, calibration=calibration)

    def understand(self, text: str, vector: Vectors) -> Understanding:
        """Decide about one message; `vector` has shape (384,) and length 1."""
        names, vectors = self._scorer.names, vector[np.newaxis]
        logits = self._scorer.logits([text], vectors) / self._temperature
        best = int(logits[0].argmax())
        scores = _scores(logits, self._scorer.similarities(vectors, only=best))
        decisions = decide(scores, _among(names, self._offerable), self.calibration.thresholds)
        decision, candidates = _only(decisions, scores)
        probabilities = softmax(logits[0])
        ranking = np.argsort(-probabilities, kind="stable")
        return Understanding(
            decision=decision,
            ranking=tuple((names[index], float(probabilities[index])) for index in ranking),
            similarity=float(scores.similarity[0]),
            threshold=self.calibration.thresholds.answer,
            candidates=tuple(names[index] for index in candidates),
        )

    def save(self, folder: Path) -> None:
        """Write `topics.skops` and `decisions.json` (thresholds, curve) into `folder`, which exists."""
        self._scorer.save(folder / "topics.skops")
        decisions = {
            "offerable": sorted(self._offerable),
            "temperature": self._temperature,
            "calibration": self.calibration.as_dict(),
        }
        (folder / "decisions.json").write_text(json.dumps(decisions, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> TopicModel:
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: nothing was saved there.
            TypeError: the model holds a type that NumPy, SciPy and scikit-learn do not define.
        """
        decisions = json.loads((folder / "decisions.json").read_text(encoding="utf-8"))
        return cls(
            TopicScorer.load(folder / "topics.skops"),
            offerable=decisions["offerable"],
            temperature=decisions["temperature"],
            calibration=Calibration.from_dict(decisions["calibration"]),
        )


def _calibrate(
    examples: Examples, offerable: NDArray[np.bool_], outside: NDArray[np.bool_]
) -> tuple[float, Calibration]:
    """The temperature and the thresholds; both flags are of the topics, shape (number of topics,)."""
    if not _enough(outside[examples.topics]):
        return 1.0, Calibration(DEFAULT_THRESHOLDS)
    held_out = hold_out(examples, outside)
    if not _enough(outside[held_out.truth]):
        return 1.0, Calibration(DEFAULT_THRESHOLDS)
    temperature = held_out.temperature()
    scores = _scores(held_out.logits / temperature, held_out.similarities)
    return temperature, calibrate(scores, held_out.truth, offerable, outside)


def _enough(outside: NDArray[np.bool_]) -> bool:
    """Whether so many messages can tell thresholds; a flag a message, shape (n,)."""
    return bool((~outside).sum() >= LEAST_KNOWN and outside.sum() >= LEAST_UNKNOWN)


def _among(names: Sequence[str], chosen: Collection[str]) -> NDArray[np.bool_]:
    return np.array([name in chosen for name in names], dtype=np.bool_)


def _scores(logits: Floats, similarities: Floats) -> Scores:
    topics = np.argsort(-logits, axis=1, kind="stable")[:, :CHOICES]
    confidences = np.take_along_axis(softmax(logits, axis=1), topics, axis=1)
    return Scores(topics, confidences, np.take_along_axis(similarities, topics[:, :1], axis=1)[:, 0])


def _only(decisions: Decisions, scores: Scores) -> tuple[Decision, list[int]]:
    """The first message's decision and its candidates' indices."""
    topics = scores.topics[0]
    if decisions.answered[0]:
        return "answer", topics[:1].tolist()
    if decisions.asked[0]:
        return "clarify", topics[decisions.candidates[0]].tolist()
    return "reject", []
