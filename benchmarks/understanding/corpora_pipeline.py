"""Training and asking this project's own pipeline on other messages: a temporary Rasa project with our config.yml.

Two things differ from the assistant's own training: the examples are the corpus's, and `ReportRecogniser` and
`SafetyRulesClassifier` are left out, whose business is reactions to a treatment. Training and asking are processes of their own, the first by the command that
`make train` uses, the second by Rasa's `Agent` with Rasa made light as `make run` makes it.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.speed.places import BenchmarkError
from benchmarks.understanding.corpora_files import Labelled
from bot.light_rasa import lighten
from bot.settings import PROJECT_DIR, load_settings
from bot.training import language_models

SAFETY = (
    "bot.nlu.report_recogniser.ReportRecogniser",
    "bot.nlu.safety_rules_classifier.SafetyRulesClassifier",
)
MODEL = "corpus.tar.gz"
WARM_UP = 20  # messages before the clock counts
_ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Prediction:
    """What the pipeline made of one message.

    Args:
        intent: its answer; `nlu_fallback` where it is not certain enough.
        best: the first of its ranking, certain or not; "" where there is none.
        certainty: what the threshold is compared with (`bot.language.topic_decision.Thresholds`).
        seconds: processor time of the whole of `parse_message`, which on one idle core is the time it takes.
    """

    intent: str
    best: str
    certainty: float
    seconds: float


def train(examples: Sequence[Labelled], folder: Path) -> float:
    """Train on the examples with `rasa train nlu` and leave the model in `folder`; returns seconds, start to end.

    Raises:
        BenchmarkError: the training failed.
    """
    (folder / "data").mkdir(parents=True)
    write_config(folder / "config.yml")
    found = [asdict(example) for example in examples]
    content = json.dumps({"rasa_nlu_data": {"common_examples": found}})
    (folder / "data" / "nlu.json").write_text(content, encoding="utf-8")
    command = ["bot.light_rasa", "train", "nlu", "--config", "config.yml", "--nlu", "data", "--out", "."]
    started = time.perf_counter()
    _run(
        [*command, "--fixed-model-name", MODEL.split(".")[0]],
        folder,
        {"RASA_CACHE_DIRECTORY": str(folder / "cache")},
    )
    return time.perf_counter() - started


def predict(texts: Sequence[str], folder: Path) -> list[Prediction]:
    """Ask the model in `folder`, one message after the other, on one core.

    Raises:
        BenchmarkError: the model cannot be loaded or asked.
    """
    (folder / "texts.json").write_text(json.dumps(list(texts)), encoding="utf-8")
    _run(["benchmarks.understanding.corpora_pipeline"], folder, _ONE_CORE)
    rows = json.loads((folder / "predictions.json").read_text(encoding="utf-8"))
    return [Prediction(**row) for row in rows]


def write_config(file: Path) -> None:
    """Write this project's configuration of the pipeline, `SafetyRulesClassifier` left out."""
    config = YAML(typ="safe").load(PROJECT_DIR / "config.yml")
    config["pipeline"] = [part for part in config["pipeline"] if part["name"] not in SAFETY]
    del config["policies"]
    with file.open("w", encoding="utf-8") as output:
        YAML().dump(config, output)


def _run(command: Sequence[str], folder: Path, extra: dict[str, str]) -> None:
    settings = load_settings()
    environment = {**language_models(settings), "DATA_DIR": str(settings.data_dir.resolve()), **extra}
    log = folder / f"{command[0]}.log"
    with log.open("wb") as output:
        done = subprocess.run(  # noqa: S603 - our own modules
            [sys.executable, "-m", *command],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        raise BenchmarkError(
            f"{command[0]} failed: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
        )


async def _ask(texts: Sequence[str]) -> list[Prediction]:
    from rasa.core.agent import Agent

    agent = Agent.load(MODEL)
    for text in texts[:WARM_UP]:
        await agent.parse_message(text)
    predictions = []
    for text in texts:
        started = time.process_time()
        parsed = await agent.parse_message(text)
        predictions.append(_prediction(parsed, time.process_time() - started))
    return predictions


def _prediction(parsed: dict[str, Any], seconds: float) -> Prediction:
    ranking, found = parsed["intent_ranking"], parsed["understanding"]
    best = ranking[0]["name"] if ranking else ""
    # Of what it takes for another language the pipeline says nothing more.
    certainty = found["certainty"] if found else 0.0
    return Prediction(parsed["intent"]["name"], best, certainty, seconds)


def _main() -> None:
    """The process that `predict` starts in the model's folder."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    lighten(serving=False)
    texts = json.loads(Path("texts.json").read_text(encoding="utf-8"))
    predictions = asyncio.run(_ask(texts))
    Path("predictions.json").write_text(json.dumps([asdict(one) for one in predictions]), encoding="utf-8")


if __name__ == "__main__":
    _main()
