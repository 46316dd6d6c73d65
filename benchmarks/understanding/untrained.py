"""`python -m benchmarks.understanding.untrained`: how near a question has to be to an entry that staff wrote, to be answered by it.

Every trained topic stands in for one that staff have just approved: ten of its training examples, drawn at random, are the entry's
example questions, its other examples are what visitors ask. Examples that have no answer (`ask_not_covered`, `out_of_scope`) are
what must not be answered by it. Nothing held out is touched, so that the thresholds in `actions/staff_topics.py` may be chosen by
this curve. Writes results/untrained.md.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import numpy as np

from actions.staff_topics import ANSWER, ASK_BACK, OVERRULE
from benchmarks.speed.places import RESULTS_DIR
from benchmarks.understanding.training_examples import encoder, training_examples
from bot.language.certainty import ASK, UNKNOWN
from bot.language.encoder import SentenceEncoder, Vectors
from bot.progress import say

QUESTIONS = 10
THRESHOLDS = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)
SEED = 0
_USE = {ASK_BACK: "offered from here", ANSWER: "answered from here", OVERRULE: "overrules a trained topic"}


def main() -> int:
    """Measure, print and write the table."""
    examples = training_examples()
    page = _page(curve(examples, encoder()))
    (RESULTS_DIR / "untrained.md").write_text(page, encoding="utf-8")
    say(page)
    return 0


def curve(examples: Mapping[str, Sequence[str]], model: SentenceEncoder) -> list[tuple[float, float, float]]:
    """For each threshold: the share of an entry's own questions that are found, and of those without an answer that are found by
    one entry, on average over the topics."""
    draw = np.random.default_rng(SEED)
    without_answer = model.encode([text for intent in sorted(UNKNOWN) for text in examples[intent]])
    own, others = [], []
    for intent in sorted(examples):
        if not intent.startswith(ASK) or intent in UNKNOWN:
            continue
        vectors = model.encode(examples[intent])
        order = draw.permutation(len(vectors))
        entry, asked = vectors[order[:QUESTIONS]], vectors[order[QUESTIONS:]]
        own.append(_nearest(asked, entry))
        others.append(_nearest(without_answer, entry))
    return [
        (
            least,
            float(np.mean([np.mean(n >= least) for n in own])),
            float(np.mean([np.mean(n >= least) for n in others])),
        )
        for least in THRESHOLDS
    ]


def _nearest(asked: Vectors, entry: Vectors) -> Vectors:
    nearest: Vectors = (asked @ entry.T).max(axis=1)
    return nearest


def _page(points: Sequence[tuple[float, float, float]]) -> str:
    rows = [
        f"| {least:.2f} | {own:.1%} | {others:.2%} | {_USE.get(least, '')} |" for least, own, others in points
    ]
    return "\n".join(
        [
            "# Entries without training examples",
            "",
            f"What staff approve is found among its example questions by meaning. Measured with {QUESTIONS} questions an entry on the",
            "training examples (`python -m benchmarks.understanding.untrained`): of the questions that an entry is meant for, how many",
            "come so near that it is found; and of those without any answer, how many come so near to one entry.",
            "",
            "| least similarity | its own questions found | others found | |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
