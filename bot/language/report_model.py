"""How much a message sounds like a report that something is wrong: learnt from examples, beside the safety rules.

Rules know the words that somebody listed. "The specs won't sit on my nose any more" holds none of them, yet means much the same
as what does; a sentence encoder sees that. What is made of it is decided in `second_look`, never here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import skops.io
from sklearn.linear_model import LogisticRegression

from bot.errors import SetupError
from bot.language.encoder import Vectors
from bot.language.topic_scorer import TRUSTED_TYPES, Spelling, features

NONE, EXPECTED, CONCERNING, URGENT = "none", "expected", "concerning", "urgent"
LEVELS = (URGENT, CONCERNING, EXPECTED, NONE)
_FILES = {NONE: "harmless"}
# Chosen on the development messages (docs/decisions/0011): flat around these. Weights by level would make every joke a report.
SPELLING_DIMENSIONS = 128
REGULARISATION = 30.0


@dataclass(frozen=True)
class Suspicion:
    """Probabilities, 0 to 1: that a text reports something that a clinician has to look at, and that it is urgent."""

    serious: float
    urgent: float


def read_examples(folder: Path) -> list[tuple[str, str]]:
    """Texts with their levels, one a line of `urgent.txt`, `concerning.txt`, `expected.txt` and `harmless.txt`.

    Raises:
        SetupError: a file is missing, is not UTF-8 text or holds nothing.
    """
    return [(text, level) for level in LEVELS for text in _lines(folder / f"{_FILES.get(level, level)}.txt")]


class ReportModel:
    """Tells reports from what only sounds like them; learnt with `train`, kept with `save` and `load`."""

    def __init__(self, spelling: Spelling, classifier: LogisticRegression) -> None:
        self._spelling = spelling
        self._classifier = classifier
        self._columns = {level: column for column, level in enumerate(classifier.classes_)}

    @classmethod
    def train(cls, texts: Sequence[str], vectors: Vectors, levels: Sequence[str]) -> ReportModel:
        """Learn from texts, their vectors (n, 384) and their levels, of which all four occur."""
        spelling = Spelling.fit(texts, SPELLING_DIMENSIONS)
        classifier = LogisticRegression(C=REGULARISATION, max_iter=400, tol=1e-3)
        classifier.fit(features(vectors, spelling.rows(texts)), levels)
        return cls(spelling, classifier)

    def suspicions(self, texts: Sequence[str], vectors: Vectors) -> list[Suspicion]:
        """One for each text; `vectors` has shape (number of texts, 384)."""
        chances = self._classifier.predict_proba(features(vectors, self._spelling.rows(texts)))
        urgent, concerning = chances[:, self._columns[URGENT]], chances[:, self._columns[CONCERNING]]
        return [Suspicion(float(s), float(u)) for s, u in zip(urgent + concerning, urgent, strict=True)]

    def save(self, path: Path) -> None:
        """Write one skops file."""
        content = {
            "runs": self._spelling.runs,
            "projection": self._spelling.projection,
            "classifier": self._classifier,
        }
        skops.io.dump(content, path)

    @classmethod
    def load(cls, path: Path) -> ReportModel:
        """Read what `save` wrote.

        Raises:
            TypeError: the file holds a type that NumPy, SciPy and scikit-learn do not define.
        """
        content = skops.io.load(path, trusted=TRUSTED_TYPES)
        return cls(Spelling(content["runs"], content["projection"]), content["classifier"])


def _lines(path: Path) -> list[str]:
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(
            f"{path.name} of data/safety cannot be read: restore it from the repository."
        ) from error
    if not any(lines):
        raise SetupError(f"{path.name} of data/safety is empty: write one example a line.")
    return [line for line in lines if line]
