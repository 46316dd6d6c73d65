"""Where the benchmark keeps what it makes, and the one error that it raises."""

from __future__ import annotations

from pathlib import Path

from bot.settings import PROJECT_DIR

BENCH_DIR = PROJECT_DIR / "var" / "bench"
RESULTS_DIR = PROJECT_DIR / "benchmarks" / "results"


class BenchmarkError(Exception):
    """The benchmark cannot go on; the message says why and what to do."""


def shown(path: Path) -> str:
    """A path as a report may show it: relative to the project."""
    return str(path.relative_to(PROJECT_DIR)) if path.is_relative_to(PROJECT_DIR) else path.name
