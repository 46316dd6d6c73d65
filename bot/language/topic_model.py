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


# What the whole of a message counts for beside its sentences. Flat between 0.3 and 0.7 on the development messages.
WHOLE_SHARE = 0.5


@dataclass(frozen=True)
class Understanding:
    """What is made of one message.

    ranking: all topics with their calibrated probabilities, best first, but an answered topic before all; similarity: cosine to the
    nearest example of the likeliest that has an answer; certainty: see `topic_decision.Thresholds`; threshold: the least that
    is answered; candidates: the topic to answer, or the two or three to choose from, or none.
    """

    decision: Decision
    ranking: tuple[tuple[str, float], ...]
    similarity: float
    certainty: float
    threshold: float
    candidates: tuple[str, ...]


class TopicModel:
    """Understands messages; learnt with `train`, kept with `save` and `load`."""

    def __init__(
        self,
        scorer: TopicScorer,
        *,
        offerable: Collection[str],
        unknown: Collection[str],
        temperature: float,
        calibration: Calibration,
    ) -> None:
        self._scorer = scorer
        self._offerable = _among(scorer.names, offerable)
        self._unknown = _among(scorer.names, unknown)
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
        return cls(
            scorer, offerable=offerable, unknown=unknown, temperature=temperature, calibration=calibration
        )

    def understand(self, texts: Sequence[str], vectors: Vectors) -> list[Understanding]:
        """Decide about each text by itself; `vectors` has shape (number of texts, 384), each of length 1."""
        return [self._decide(chances, vectors[[n]]) for n, chances in enumerate(self._chances(texts, vectors))]

    def understand_message(self, texts: Sequence[str], vectors: Vectors) -> Understanding:
        """Decide about one message: `texts` are the whole of it and, where it has several, its sentences."""
        chances = self._chances(texts, vectors)
        if len(texts) > 1:
            of_sentences = chances[1:].max(axis=0)
            chances = WHOLE_SHARE * chances[:1] + (1 - WHOLE_SHARE) * of_sentences / of_sentences.sum()
        return self._decide(chances[0], vectors)

    def _chances(self, texts: Sequence[str], vectors: Vectors) -> Floats:
        logits = self._scorer.logits(texts, vectors) / self._temperature
        return np.asarray(softmax(logits, axis=1), dtype=np.float64)

    def _decide(self, chances: Floats, vectors: Vectors) -> Understanding:
        """`chances` has shape (number of topics,); the nearest of `vectors` counts for the similarity."""
        first = int(np.where(self._unknown, -1.0, chances).argmax())
        similarities = self._scorer.similarities(vectors, only=first).max(axis=0, keepdims=True)
        scores = _scores(chances[np.newaxis], similarities, self._unknown)
        decisions = decide(scores, self._offerable, self.calibration.thresholds)
        decision, candidates = _only(decisions, scores)
        order = np.argsort(-chances, kind="stable").tolist()
        if decision == "answer":
            order = [*candidates, *(topic for topic in order if topic not in candidates)]
        elif decision == "reject" and self._is_surely_unknown(order[0], chances, vectors):
            decision, candidates = "answer", order[:1]
        names = self._scorer.names
        return Understanding(
            decision=decision,
            ranking=tuple((names[index], float(chances[index])) for index in order),
            similarity=float(scores.similarity[0]),
            certainty=float(scores.certainty[0]),
            threshold=self.calibration.thresholds.answer,
            candidates=tuple(names[index] for index in candidates),
        )

    def _is_surely_unknown(self, topic: int, chances: Floats, vectors: Vectors) -> bool:
        """Whether the message is about what there is no answer to, rather than like nothing that is known."""
        if not self._unknown[topic]:
            return False
        similarity = float(self._scorer.similarities(vectors, only=topic)[:, topic].max())
        return float(chances[topic]) * similarity >= self.calibration.thresholds.answer

    def save(self, folder: Path) -> None:
        """Write `topics.skops` and `decisions.json` (thresholds, curve) into `folder`, which exists."""
        self._scorer.save(folder / "topics.skops")
        decisions = {
            "offerable": _named(self._scorer.names, self._offerable),
            "unknown": _named(self._scorer.names, self._unknown),
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
            unknown=decisions["unknown"],
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
    scores = _scores(softmax(held_out.logits / temperature, axis=1), held_out.similarities, outside)
    return temperature, calibrate(scores, held_out.truth, offerable, outside)


def _enough(outside: NDArray[np.bool_]) -> bool:
    """Whether so many messages can tell thresholds; a flag a message, shape (n,)."""
    return bool((~outside).sum() >= LEAST_KNOWN and outside.sum() >= LEAST_UNKNOWN)


def _among(names: Sequence[str], chosen: Collection[str]) -> NDArray[np.bool_]:
    return np.array([name in chosen for name in names], dtype=np.bool_)


def _named(names: Sequence[str], chosen: NDArray[np.bool_]) -> list[str]:
    return sorted(name for name, flag in zip(names, chosen, strict=True) if flag)


def _scores(chances: Floats, similarities: Floats, unknown: NDArray[np.bool_]) -> Scores:
    """Scores of n messages; chances and similarities have shape (n, number of topics)."""
    answerable = np.where(unknown, -1.0, chances)
    topics = np.argsort(-answerable, axis=1, kind="stable")[:, : min(CHOICES, int((~unknown).sum()))]
    return Scores(
        topics,
        np.take_along_axis(chances, topics, axis=1),
        1.0 - chances[:, unknown].sum(axis=1),
        np.take_along_axis(similarities, topics[:, :1], axis=1)[:, 0],
    )


def _only(decisions: Decisions, scores: Scores) -> tuple[Decision, list[int]]:
    """The first message's decision and its candidates' indices."""
    topics = scores.topics[0]
    if decisions.answered[0]:
        return "answer", topics[:1].tolist()
    if decisions.asked[0]:
        return "clarify", topics[decisions.candidates[0]].tolist()
    return "reject", []
