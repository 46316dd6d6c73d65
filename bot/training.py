"""The trained model: built when what it is made from has changed, and only then."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from bot.errors import SetupError
from bot.language.encoder_graph import ensure_encoder
from bot.language.pipeline import ensure_pipeline
from bot.progress import step
from bot.settings import PROJECT_DIR, Settings

TRAINING_DIRS = ("data/nlu", "data/rules", "data/stories")
_MODEL_INPUTS = (
    "config.yml",
    "domain.yml",
    *TRAINING_DIRS,
    "data/safety",
    "bot/language",
    "bot/nlu",
    "bot/dialogue/rule_policy.py",
    "requirements.lock",
)


def train(settings: Settings) -> Path:
    """Train the model unless one for exactly these inputs exists; returns its file."""
    environment = language_models(settings)
    folder = settings.data_dir / "models"
    # A trained model names the pipeline's folder: moved, it has to be trained again.
    name = inputs_hash((PROJECT_DIR / part for part in _MODEL_INPUTS), environment["SPACY_MODEL"])
    model = folder / f"{name}.tar.gz"
    if not model.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with step("Training the model, two or three minutes"):
            _train(settings, environment, name)
    return model


def language_models(settings: Settings) -> dict[str, str]:
    """Build the encoder and the spaCy pipeline where missing; returns the environment that Rasa needs for them."""
    with step("Preparing the sentence encoder"):
        ensure_encoder(settings.data_dir / "encoder", precision="int8")  # as in config.yml
    pipeline = ensure_pipeline(settings.data_dir / "spacy").resolve()
    return {**os.environ, **child_environment(settings), "SPACY_MODEL": str(pipeline)}


def child_environment(settings: Settings) -> dict[str, str]:
    """What every process that we start is told."""
    return {
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "CLINIC_FILE": str(settings.clinic_file),
        "ACTIONS_PORT": str(settings.actions_port),
        "RASA_PORT": str(settings.rasa_port),
        "LIGHT_RASA": str(settings.light_rasa).lower(),
        "LOG_LEVEL": "INFO",  # Rasa's DEBUG lines hold what visitors write
        "RASA_TELEMETRY_ENABLED": "false",
        "SANIC_HOST": settings.host,
        "SETUPTOOLS_USE_DISTUTILS": "stdlib",  # importing setuptools for its copy takes longer
        "SANIC_WORKERS": str(settings.sanic_workers),
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONDONTWRITEBYTECODE": "",  # compiling everything anew doubles the time that each start takes
        "PYTHONPATH": str(PROJECT_DIR),
        "PYTHONWARNINGS": "ignore",
    }


def inputs_hash(parts: Iterable[Path], *texts: str) -> str:
    """A short hash of the files, of all files in the folders, and of the texts: 16 hexadecimal digits."""
    digest = hashlib.sha256("\0".join(texts).encode())
    for part in parts:
        for file in sorted(part.rglob("*")) if part.is_dir() else [part]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(PROJECT_DIR)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _train(settings: Settings, environment: dict[str, str], name: str) -> None:
    log = settings.data_dir / "log" / "train.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    arguments = [
        "--data",
        *TRAINING_DIRS,
        "--out",
        str(settings.data_dir / "models"),
        "--fixed-model-name",
        f"{name}-part",
    ]
    with log.open("wb") as output:
        done = subprocess.run(
            [sys.executable, "-m", "bot.light_rasa", "train", *arguments],
            cwd=PROJECT_DIR,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    trained = (
        settings.data_dir / "models" / f"{name}-part.tar.gz"
    )  # whole or not there, also when we are stopped
    if done.returncode != 0 or not trained.exists():
        raise SetupError(f"Training failed: see {log}.")
    trained.replace(settings.data_dir / "models" / f"{name}.tar.gz")


def validate(settings: Settings) -> None:
    """Run Rasa's own check of domain, examples, rules and stories.

    Raises:
        SetupError: it found a fault; responses that only actions use are not one, though Rasa warns about them.
    """
    done = subprocess.run(
        [sys.executable, "-m", "bot.light_rasa", "data", "validate", "--data", *TRAINING_DIRS],
        cwd=PROJECT_DIR,
        env={**language_models(settings), "PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (done.stdout + done.stderr).splitlines()
    faults = [line for line in lines if _is_fault(line)]
    if done.returncode != 0 or faults:
        raise SetupError("Rasa's validation found a fault:\n" + "\n".join(faults or lines[-15:]))


# Responses that only actions use, and an intent that nothing typed has by itself (bot/dialogue/form_answers.py).
_NO_FAULTS = (
    "is not used in any story or rule",
    "'answer_step' is listed in the domain file, but is not found",
)


def _is_fault(line: str) -> bool:
    if "Error" in line and "No story structure conflicts" not in line:
        return True
    return "UserWarning" in line and "rasa/shared" in line and not any(words in line for words in _NO_FAULTS)
