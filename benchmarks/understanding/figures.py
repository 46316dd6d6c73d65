"""Shares with how sure one may be of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

_Z = 1.96  # of 95 %


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    hits: int
    of: int

    @classmethod
    def among(cls, results: Iterable[bool]) -> Share:
        """How many are true."""
        listed = list(results)
        return cls(sum(listed), len(listed))

    @property
    def value(self) -> float:
        """0 to 1; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval (Wilson 1927): where the true share lies."""
        if not self.of:
            return 0.0, 1.0
        spread = _Z * _Z / self.of
        middle = (self.value + spread / 2) / (1 + spread)
        half = _Z * sqrt(self.value * (1 - self.value) / self.of + spread / (4 * self.of)) / (1 + spread)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.1%} ({low:.0%} to {high:.0%}; {self.hits} of {self.of})"
