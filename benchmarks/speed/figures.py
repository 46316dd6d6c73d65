"""Medians, percentiles, and how sure a ratio is."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

Groups = Sequence[Sequence[float]]
Statistic = Callable[[list[float]], float]
RESAMPLES = 1000


@dataclass(frozen=True)
class Ratio:
    """A ratio of two statistics, and the interval that holds it with 95 % confidence."""

    value: float
    low: float
    high: float


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0–1) of the values do not exceed: the nearest-rank method."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def p99(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return percentile(values, 0.99)


def ratio(above: Groups, below: Groups, statistic: Statistic = median) -> Ratio:
    """The statistic of all values above ÷ that of all below; the interval is the bootstrap's, which draws whole groups.

    Groups with the same number were measured side by side (a round, or a conversation) and are drawn together, so that
    what disturbed both does not count as doubt.
    """
    numbers, draw = range(len(above)), random.Random(0)
    drawn = sorted(
        _quotient(above, below, statistic, draw.choices(numbers, k=len(numbers))) for _ in range(RESAMPLES)
    )
    value = _quotient(above, below, statistic, numbers)
    return Ratio(value, percentile(drawn, 0.025), percentile(drawn, 0.975))


def _quotient(above: Groups, below: Groups, statistic: Statistic, numbers: Sequence[int]) -> float:
    chosen = ([value for number in numbers for value in groups[number]] for groups in (above, below))
    top, bottom = map(statistic, chosen)
    return top / bottom
