"""Training both assistants from nothing, and how long it took."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any

from benchmarks.speed.places import BENCH_DIR, BenchmarkError, shown
from benchmarks.speed.stock_project import training_hash, write_config, write_stock_project
from bot.progress import say, step
from bot.settings import PROJECT_DIR

STOCK_DIR = BENCH_DIR / "stock"
STOCK_MODEL = STOCK_DIR / "models" / "stock.tar.gz"
STOCK_LOG = BENCH_DIR / "train-stock.log"
STOCK_LIMIT_SECONDS = 480.0
SERVED_EPOCHS = 5
EPOCHS = 100
OURS_DATA_DIR = BENCH_DIR / "ours"
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
    # As our own processes do: what Python has compiled is kept, so that no start compiles 2,000 modules anew.
    "PYTHONDONTWRITEBYTECODE": "",
}


@dataclass(frozen=True)
class Training:
    """One training from nothing.

    Args:
        seconds: wall time of the whole command.
        cpu_seconds: processor time of it and its children.
        at: when it ended, UTC, ISO 8601.
        inputs: what it was trained on; another value calls for another training.
        reused: whether it was measured in an earlier run.
        finished: whether it came to its end; else it was stopped, and `seconds` is the least that it takes.
        progress: where it was stopped.
        epochs, epoch_seconds: how many epochs DIET had finished then, and how long each had taken.
    """

    seconds: float
    cpu_seconds: float
    at: str
    inputs: str
    reused: bool = False
    finished: bool = True
    progress: str = ""
    epochs: int = 0
    epoch_seconds: float = 0.0


def train_stock(*, reuse: bool) -> Training:
    """Train stock Rasa, or take the model of an earlier run that was trained on the same.

    With 5,000 examples its hundred epochs take more than an hour on two cores, so it is stopped after `STOCK_LIMIT_SECONDS`; the
    model that serves is then trained with `SERVED_EPOCHS`, which changes what it answers and not how long that takes.
    """
    inputs, record = training_hash(), STOCK_DIR / "trained.json"
    known = _read(record) if reuse and STOCK_MODEL.exists() else None
    if known and known.inputs == inputs:
        return known
    shutil.rmtree(STOCK_DIR, ignore_errors=True)
    write_stock_project(STOCK_DIR)
    command = ["rasa", "train", "--out", "models", "--fixed-model-name", STOCK_MODEL.name.split(".")[0]]
    with step("Training stock Rasa"):
        training = _measure(
            command, cwd=STOCK_DIR, log=STOCK_LOG, inputs=inputs, most_seconds=STOCK_LIMIT_SECONDS
        )
    if not training.finished:
        training = replace(training, **_progress(STOCK_LOG))
        write_config(STOCK_DIR, epochs=SERVED_EPOCHS)
        with step(f"Training stock Rasa with {SERVED_EPOCHS} epochs, to serve"):
            _measure(command, cwd=STOCK_DIR, log=BENCH_DIR / "train-stock-to-serve.log", inputs=inputs)
    return _write(record, training)


def train_ours(*, reuse: bool) -> Training:
    """Train this assistant with its own command in a fresh folder, or take the model of an earlier run if it still holds."""
    record, log = OURS_DATA_DIR / "trained.json", BENCH_DIR / "train-ours.log"
    known = _read(record) if reuse else None
    command = ["bot.cli", "train"]
    if known:
        _measure(command, cwd=PROJECT_DIR, log=log, extra=ours_environment(), inputs="")
        if _newest_model() == known.inputs:
            return known
        say("The assistant's model is out of date: training it again, measured.")
    shutil.rmtree(OURS_DATA_DIR, ignore_errors=True)
    with step("Training the assistant"):
        training = _measure(command, cwd=PROJECT_DIR, log=log, extra=ours_environment(), inputs="")
    return _write(record, Training(**{**asdict(training), "inputs": _newest_model()}))


def ours_environment() -> dict[str, str]:
    """What makes `bot.cli` work in the benchmark's own folder."""
    return {"DATA_DIR": str(OURS_DATA_DIR), "DATABASE_URL": "", "PYTHONPATH": str(PROJECT_DIR)}


def _progress(log: Path) -> dict[str, Any]:
    """The component and the epoch that a training was at when it was stopped, and the pace of its epochs."""
    text = log.read_text(encoding="utf-8", errors="replace")
    component = re.findall(r"Starting to train component '(\w+)'", text)[-1:] or ["?"]
    ended = re.findall(r"(\d+)/100 \[(?:(\d+):)?(\d+):(\d+)<", text)[-1:] or [("0", "0", "0", "0")]
    epochs, hours, minutes, seconds = (int(part or 0) for part in ended[0])
    took = 3600 * hours + 60 * minutes + seconds
    pace = round(took / epochs, 1) if epochs else 0.0
    return {
        "progress": f"{component[0]}, epoch {epochs} of {EPOCHS}",
        "epochs": epochs,
        "epoch_seconds": pace,
    }


def _measure(
    command: list[str],
    *,
    cwd: Path,
    log: Path,
    inputs: str,
    extra: dict[str, str] | None = None,
    most_seconds: float | None = None,
) -> Training:
    log.parent.mkdir(parents=True, exist_ok=True)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with tempfile.TemporaryDirectory() as cache, log.open("wb") as output:
        # Rasa takes parts of an earlier training from its cache: an empty one makes it work.
        environment = {**os.environ, **QUIET, **(extra or {}), "RASA_CACHE_DIRECTORY": cache}
        finished = _run([sys.executable, "-m", *command], cwd, environment, output, most_seconds)
    if finished is False:
        raise BenchmarkError(f"Training failed: see {shown(log)}.")
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    at = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return Training(round(seconds, 1), round(cpu, 1), at, inputs, finished=finished is True)


def _run(
    command: list[str], cwd: Path, environment: dict[str, str], output: IO[bytes], most_seconds: float | None
) -> bool | None:
    """Whether the command succeeded; None where it took too long and was ended."""
    with subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=output, stderr=subprocess.STDOUT
    ) as process:
        try:
            return process.wait(most_seconds) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None


def _newest_model() -> str:
    models = sorted((OURS_DATA_DIR / "models").glob("*.tar.gz"), key=lambda file: file.stat().st_mtime)
    return models[-1].name if models else ""


def _read(record: Path) -> Training | None:
    if not record.exists():
        return None
    return Training(**{**json.loads(record.read_text(encoding="utf-8")), "reused": True})


def _write(record: Path, training: Training) -> Training:
    record.write_text(json.dumps(asdict(training), indent=1) + "\n", encoding="utf-8")
    return training
