"""`python -m benchmarks.understanding.corpora FOLDER`: this project's pipeline on public intent corpora.

FOLDER holds the corpora as `corpora_files.py` says. BANKING77 is learnt from 10 examples an intent, three draws, and from
all; its test messages all have an intent, so the score is how often the first of the ranking is right, as others report
it. CLINC150 small is learnt from `train` and `oos_train`, whose messages go to the pipeline's own intent for what it has no
answer to; the threshold of the reject is chosen on `val` and `oos_val`; `test` and `oos_test` are only counted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median

from benchmarks.speed.places import BENCH_DIR, BenchmarkError
from benchmarks.understanding.corpora_files import (
    OUT_OF_SCOPE,
    Labelled,
    few_shot,
    read_banking77,
    read_clinc150,
)
from benchmarks.understanding.corpora_pipeline import Prediction, predict, train
from benchmarks.understanding.figures import Share
from bot.errors import BotError
from bot.progress import say, step

SHOTS, SEEDS = 10, (0, 1, 2)
BANKING77_TARGET = 0.855
# Of CLINC150: the share of in-scope messages answered rightly, and of out-of-scope messages rejected.
INSIDE_TARGET, OUTSIDE_TARGET = 0.92, 0.88


@dataclass(frozen=True)
class Score:
    """One line of the result.

    Args:
        shares: of the test messages; several where several draws are measured, shown as their mean.
        target: the least that is asked, or None.
    """

    name: str
    shares: Sequence[Share]
    target: float | None = None

    @property
    def value(self) -> float:
        return mean(share.value for share in self.shares)

    @property
    def interval(self) -> tuple[float, float]:
        """Of all draws taken together as one: they share the test messages, so it is the interval of one of them."""
        average = Share(round(self.value * self.shares[0].of), self.shares[0].of)
        return average.interval


@dataclass(frozen=True)
class Measured:
    """What one corpus gave: its scores, seconds of each training, and milliseconds a message on one core (median)."""

    scores: Sequence[Score]
    training_seconds: Sequence[float]
    message_ms: float


def main() -> int:
    """Measure, print the table, and write `corpora.json` and `corpora.md`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.understanding.corpora", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the corpora are")
    parser.add_argument("--only", nargs="+", choices=list(CORPORA), default=list(CORPORA))
    parser.add_argument("--out", type=Path, default=BENCH_DIR / "understanding")
    arguments = parser.parse_args()
    try:
        measured = {name: CORPORA[name](arguments.folder) for name in arguments.only}
    except (BenchmarkError, BotError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    arguments.out.mkdir(parents=True, exist_ok=True)
    content = {name: asdict(result) for name, result in measured.items()}
    (arguments.out / "corpora.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    (arguments.out / "corpora.md").write_text(render(measured), encoding="utf-8")
    say(render(measured))
    return 0


def measure_banking77_few(folder: Path) -> Measured:
    """10 examples an intent, the mean of three draws."""
    examples, test = read_banking77(folder, "train"), read_banking77(folder, "test")
    runs = [_learn_and_ask(few_shot(examples, SHOTS, seed), test) for seed in SEEDS]
    shares = [_first_right(run.predictions, test) for run in runs]
    return _measured([Score("right intent", shares, target=BANKING77_TARGET)], runs)


def measure_banking77(folder: Path) -> Measured:
    """All 10,003 examples."""
    test = read_banking77(folder, "test")
    run = _learn_and_ask(read_banking77(folder, "train"), test)
    return _measured([Score("right intent", [_first_right(run.predictions, test)])], [run])


def measure_clinc150(folder: Path) -> Measured:
    """With the threshold of the validation part, with the one that the training chose, and without a reject."""
    corpus = read_clinc150(folder)
    run = _learn_and_ask(corpus.train, [*corpus.validation, *corpus.test])
    count = len(corpus.validation)
    threshold = choose_threshold(run.predictions[:count], corpus.validation)
    predictions, test = run.predictions[count:], corpus.test
    scores = [
        *_rejecting(
            "", [_answer(one, threshold) for one in predictions], test, targets=(INSIDE_TARGET, OUTSIDE_TARGET)
        ),
        *_rejecting(", threshold of the training", [_own_answer(one) for one in predictions], test),
        next(_rejecting(" without a reject", [one.best for one in predictions], test)),
    ]
    return _measured(scores, [run])


CORPORA: dict[str, Callable[[Path], Measured]] = {
    "BANKING77, 10 examples an intent": measure_banking77_few,
    "BANKING77, all examples": measure_banking77,
    "CLINC150 small": measure_clinc150,
}


def choose_threshold(predictions: Sequence[Prediction], messages: Sequence[Labelled]) -> float:
    """The certainty above which to answer: the lowest with which enough of what is out of scope is rejected.

    Enough is a share whose 95 % interval lies above the target: the validation part has a hundred such messages only.
    """
    outside = [
        0.0 if prediction.best == OUT_OF_SCOPE else prediction.certainty
        for prediction, message in _zip(predictions, messages)
        if message.intent == OUT_OF_SCOPE
    ]
    for threshold in sorted({0.0, *outside}):
        rejected = Share.among(certainty <= threshold for certainty in outside)
        if rejected.interval[0] >= OUTSIDE_TARGET:
            return threshold
    return max(outside)


@dataclass(frozen=True)
class _Run:
    training_seconds: float
    predictions: Sequence[Prediction]


def _learn_and_ask(examples: Sequence[Labelled], messages: Sequence[Labelled]) -> _Run:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "project"
        with step(f"Learning from {len(examples):,} examples, asking {len(messages):,} messages"):
            seconds = train(examples, folder)
            return _Run(seconds, predict([message.text for message in messages], folder))


def _answer(prediction: Prediction, threshold: float) -> str:
    return prediction.best if prediction.certainty > threshold else OUT_OF_SCOPE


def _own_answer(prediction: Prediction) -> str:
    """As the pipeline itself decides; what it takes for another language is no intent of the corpus either."""
    return prediction.best if prediction.intent == prediction.best and prediction.certainty else OUT_OF_SCOPE


def _first_right(predictions: Sequence[Prediction], messages: Sequence[Labelled]) -> Share:
    return Share.among(prediction.best == message.intent for prediction, message in _zip(predictions, messages))


def _rejecting(
    suffix: str,
    answers: Sequence[str],
    messages: Sequence[Labelled],
    *,
    targets: Sequence[float | None] = (None, None),
) -> Iterator[Score]:
    for name, outside, target in zip(("in scope", "out-of-scope recall"), (False, True), targets, strict=True):
        share = Share.among(
            answer == message.intent
            for answer, message in zip(answers, messages, strict=True)
            if (message.intent == OUT_OF_SCOPE) == outside
        )
        yield Score(name + suffix, [share], target)


def _zip(
    predictions: Sequence[Prediction], messages: Sequence[Labelled]
) -> Iterator[tuple[Prediction, Labelled]]:
    return zip(predictions, messages, strict=True)


def _measured(scores: Sequence[Score], runs: Sequence[_Run]) -> Measured:
    seconds = [prediction.seconds for run in runs for prediction in run.predictions]
    return Measured(scores, [run.training_seconds for run in runs], 1000 * median(seconds))


def render(measured: dict[str, Measured]) -> str:
    """The result as a table in Markdown."""
    lines = [
        "| corpus | | share | 95 % | asked | met |",
        "| --- | --- | --- | --- | --- | --- |",
        *(f"| {corpus} | {_row(score)} |" for corpus, found in measured.items() for score in found.scores),
        "",
        f"| corpus | training, {os.cpu_count()} cores | one message, one core |",
        "| --- | --- | --- |",
        *(
            f"| {corpus} | {mean(found.training_seconds):.0f} s | {found.message_ms:.1f} ms |"
            for corpus, found in measured.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def _row(score: Score) -> str:
    low, high = score.interval
    asked = "" if score.target is None else f"≥ {100 * score.target:.1f} %"
    met = "" if score.target is None else "yes" if score.value >= score.target else "**no**"
    draws = (
        f" ({', '.join(f'{100 * share.value:.1f}' for share in score.shares)})" if len(score.shares) > 1 else ""
    )
    return (
        f"{score.name} | {100 * score.value:.1f} %{draws} | {100 * low:.1f}–{100 * high:.1f} | {asked} | {met}"
    )


if __name__ == "__main__":
    sys.exit(main())
