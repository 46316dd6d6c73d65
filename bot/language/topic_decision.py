"""When a topic is certain enough to answer, when to ask which one was meant, and when to pass."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Decision = Literal["answer", "clarify", "reject"]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

CHOICES = 3
# Least share of the first topic's confidence for another to be offered where the first is uncertain.
PLAUSIBLE = 0.1

# What an outcome is worth to a visitor, beside a reject, which is worth 0. A wrong answer costs as much as a right one
# gains; being asked back is half as good as being answered.
ANSWERED_RIGHT, ASKED_RIGHT, ASKED_WRONG, ANSWERED_WRONG = 1.0, 0.5, -0.25, -1.0
# The part of all messages that the assistant is taken to have no answer to; rather too many than too few.
UNKNOWN_SHARE = 1 / 3


@dataclass(frozen=True)
class Thresholds:
    """Where the decisions change.

    answer: least certainty to answer the first topic.
    clarify: least certainty to ask which one of several was meant, where it is not enough for an answer.
    closeness: with another topic at this share of the first one's confidence, even a certain first is asked about.

    Certainty is the probability that there is any answer to the message × its similarity to the first topic × the fourth root of
    that topic's own probability. Its own probability says little: of two topics that are near each other either is better than
    none, and what is beside the point shows in the probability of having no answer (docs/decisions/0012).
    """

    answer: float
    clarify: float
    closeness: float


# Held-out examples, which are rid of everything that is like them, would ask about a second topic at 0.3 of the first; of the
# development messages that costs 4 of 100 of the article's questions an answer, most of which would have been right.
CLOSENESS = 0.8
# How much the first topic's own probability counts, as a power; docs/decisions/0012.
OWN_SHARE = 0.25
# For too few examples to choose by: those chosen on this project's own examples, rounded.
DEFAULT_THRESHOLDS = Thresholds(answer=0.45, clarify=0.4, closeness=CLOSENESS)


@dataclass(frozen=True)
class Scores:
    """Ranked predictions of n messages.

    topics: index of each one's most likely topics that have an answer, best first, shape (n, up to 3); confidences: theirs, same
    shape; known: probability that there is an answer at all, and similarity: cosine to the nearest example of the first topic, both
    of shape (n,).
    """

    topics: Integers
    confidences: Floats
    known: Floats
    similarity: Floats

    @property
    def certainty(self) -> Floats:
        """What the thresholds are compared with, shape (n,)."""
        return self.known * self.similarity * self.confidences[:, 0] ** OWN_SHARE


@dataclass(frozen=True)
class Decisions:
    """What to do with n messages: each is answered, asked back or neither; candidates has the shape of the topics."""

    answered: Flags
    asked: Flags
    candidates: Flags


@dataclass(frozen=True)
class CurvePoint:
    """What one threshold would have done to held-out examples; shares of the known topics' and of the unknown ones."""

    threshold: float
    answered_right: float
    answered_wrong: float
    asked_right: float
    asked_wrong: float
    unknown_answered: float
    unknown_asked: float


@dataclass(frozen=True)
class Calibration:
    """The thresholds, and what each other threshold would have meant, in rising order; empty when not measured."""

    thresholds: Thresholds
    curve: tuple[CurvePoint, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Calibration:
        curve = tuple(CurvePoint(**point) for point in content["curve"])
        return cls(Thresholds(**content["thresholds"]), curve)


def decide(scores: Scores, offerable: Flags, thresholds: Thresholds) -> Decisions:
    """Answer a certain topic that no other comes close to; ask when two or three together are certain; else reject.

    `offerable` says of every topic whether a visitor may be asked about it, shape (number of topics,). A first topic
    that is not offerable is answered or rejected alone.
    """
    first = scores.confidences[:, 0]
    certain = scores.certainty >= thresholds.answer
    least = first * np.where(certain, thresholds.closeness, PLAUSIBLE)
    candidates = offerable[scores.topics] & (scores.confidences >= least[:, None])
    candidates &= candidates[:, :1]
    several = candidates.sum(axis=1) > 1
    return Decisions(certain & ~several, several & (scores.certainty >= thresholds.clarify), candidates)


def calibrate(scores: Scores, truth: Integers, offerable: Flags, unknown: Flags) -> Calibration:
    """Choose the thresholds that are worth most on held-out predictions.

    `truth` is the index of each message's real topic, shape (n,). `unknown` says of every topic whether it stands for
    what the assistant has no answer to: to give such a message any other topic is wrong, to reject it is right.
    """
    outcomes = _Outcomes(scores, truth, offerable, unknown)
    steps = np.round(np.arange(0.05, 0.96, 0.025), 3).tolist()
    grid = (Thresholds(*values) for values in product(steps, steps[::2], (CLOSENESS,)))
    # A visitor is asked only about what is at least half as certain as an answer has to be.
    best = max((choice for choice in grid if 2 * choice.clarify >= choice.answer), key=outcomes.value)
    curve = (outcomes.point(Thresholds(step, best.clarify, best.closeness)) for step in steps)
    return Calibration(best, tuple(curve))


class _Outcomes:
    def __init__(self, scores: Scores, truth: Integers, offerable: Flags, unknown: Flags) -> None:
        self._scores = scores
        self._offerable = offerable
        self._right = scores.topics == truth[:, None]
        self._is_unknown = unknown[truth]

    def value(self, thresholds: Thresholds) -> float:
        point = self.point(thresholds)
        known = ANSWERED_RIGHT * point.answered_right + ANSWERED_WRONG * point.answered_wrong
        known += ASKED_RIGHT * point.asked_right + ASKED_WRONG * point.asked_wrong
        unknown = ANSWERED_WRONG * point.unknown_answered + ASKED_WRONG * point.unknown_asked
        return (1 - UNKNOWN_SHARE) * known + UNKNOWN_SHARE * unknown

    def point(self, thresholds: Thresholds) -> CurvePoint:
        decisions = decide(self._scores, self._offerable, thresholds)
        known = ~self._is_unknown
        right = decisions.answered & self._right[:, 0]
        offered = decisions.asked & (self._right & decisions.candidates).any(axis=1)
        return CurvePoint(
            threshold=thresholds.answer,
            answered_right=_share(right, known),
            answered_wrong=_share(decisions.answered & ~right, known),
            asked_right=_share(offered, known),
            asked_wrong=_share(decisions.asked & ~offered, known),
            unknown_answered=_share(decisions.answered, self._is_unknown),
            unknown_asked=_share(decisions.asked, self._is_unknown),
        )


def _share(chosen: Flags, among: Flags) -> float:
    return float(chosen[among].mean()) if among.any() else 0.0
