"""Rasa only warns about a wrong path or an invalid domain: here it fails."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.settings import PROJECT_DIR
from bot.training import inputs_hash

FEATURES = ("knowledge", "booking", "conversations", "language")


def yaml(name: str) -> dict:  # type: ignore[type-arg]
    return YAML(typ="safe").load((PROJECT_DIR / name).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def dotted_paths() -> list[str]:
    config = yaml("config.yml")
    parts = [part["name"] for part in config["pipeline"] + config["policies"]]
    endpoints = [endpoint.get("type", "") for endpoint in yaml("endpoints.yml").values()]
    return [path for path in [*parts, *yaml("credentials.yml"), *endpoints] if path.startswith("bot.")]


@pytest.mark.parametrize("path", dotted_paths())
def test_every_dotted_path_can_be_imported(path: str) -> None:
    module, _, name = path.rpartition(".")
    assert getattr(importlib.import_module(module), name).__name__ == name


def test_domain_loads_without_a_warning() -> None:
    from rasa.shared.core.domain import Domain

    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        domain = Domain.load([str(PROJECT_DIR / "domain.yml")])
    assert "utter_safe_reply" in domain.responses


def test_every_custom_action_of_the_domain_exists_and_no_other() -> None:
    from rasa.shared.core.domain import Domain
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    executor.register_package("actions")
    custom = Domain.load([str(PROJECT_DIR / "domain.yml")]).user_actions
    assert {name for name in custom if not name.startswith("utter_")} == set(executor.actions)


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


def test_model_is_trained_again_when_an_input_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.training.PROJECT_DIR", tmp_path)
    (tmp_path / "nlu").mkdir()
    file = tmp_path / "nlu" / "a.yml"
    file.write_text("one")
    before = inputs_hash([tmp_path / "nlu"])
    assert inputs_hash([tmp_path / "nlu"]) == before
    file.write_text("two")
    assert inputs_hash([tmp_path / "nlu"]) != before
