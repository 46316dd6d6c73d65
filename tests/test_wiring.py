"""Rasa only warns about a wrong path or an invalid domain: here it fails."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from bot.settings import PROJECT_DIR
from bot.training import inputs_hash

FEATURES = ("knowledge", "booking", "conversations", "language")


def dotted_paths() -> list[str]:
    """Every `bot.…` name in Rasa's own files, comments left out."""
    files = ("config.yml", "credentials.yml", "endpoints.yml")
    lines = [line for name in files for line in (PROJECT_DIR / name).read_text(encoding="utf-8").splitlines()]
    code = "\n".join(line.partition("#")[0] for line in lines)
    return sorted(set(re.findall(r"\bbot(?:\.\w+)+\b", code)))


@pytest.mark.parametrize("path", dotted_paths())
def test_every_dotted_path_can_be_imported(path: str) -> None:
    module, _, name = path.rpartition(".")
    assert getattr(importlib.import_module(module), name).__name__ == name


def test_domain_loads_without_a_warning() -> None:
    from rasa.shared.core.domain import Domain

    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.filterwarnings("ignore", message="Slot auto-fill")  # Rasa says so of every domain
        domain = Domain.load([str(PROJECT_DIR / "domain.yml")])
    assert "utter_safe_reply" in domain.responses


def test_every_custom_action_of_the_domain_exists_and_no_other() -> None:
    from rasa.shared.core.domain import Domain

    script = (
        "import json; from rasa_sdk.executor import ActionExecutor; executor = ActionExecutor(); "
        "executor.register_package('actions'); print(json.dumps(sorted(executor.actions)))"
    )
    custom = Domain.load([str(PROJECT_DIR / "domain.yml")]).user_actions
    assert {name for name in custom if not name.startswith("utter_")} == set(json.loads(output_of(script)))


def output_of(script: str) -> str:
    """The last line that a script prints in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT_DIR, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("feature", FEATURES)
def test_feature_imports_no_rasa_and_no_web_framework(feature: str) -> None:
    modules = [
        ".".join(file.relative_to(PROJECT_DIR).with_suffix("").parts)
        for file in sorted((PROJECT_DIR / "bot" / feature).glob("*.py"))
        if file.name != "__init__.py"
    ]
    script = (
        f"import importlib, json, sys; [importlib.import_module(name) for name in {modules!r}]; "
        "print(json.dumps([name for name in sys.modules if '.' not in name]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT_DIR, capture_output=True, text=True, check=True
    )
    assert not {"rasa", "rasa_sdk", "sanic", "flask", "tensorflow"} & set(
        json.loads(done.stdout.splitlines()[-1])
    )


def test_model_is_trained_again_when_an_input_or_its_place_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.training.PROJECT_DIR", tmp_path)
    (tmp_path / "nlu").mkdir()
    file = tmp_path / "nlu" / "a.yml"
    file.write_text("one")
    before = inputs_hash([tmp_path / "nlu"])
    assert inputs_hash([tmp_path / "nlu"]) == before
    assert inputs_hash([tmp_path / "nlu"], "another folder") != before
    file.write_text("two")
    assert inputs_hash([tmp_path / "nlu"]) != before
