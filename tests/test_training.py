"""The check of the training data finds what it is there to find."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import training
from bot.errors import SetupError
from bot.settings import load_settings

BROKEN_RULE = """
version: "3.1"
rules:
  - rule: an intent that nobody defined
    steps:
      - intent: ask_the_moon
      - action: utter_greet
"""


def test_rule_with_an_unknown_intent_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.yml").write_text(BROKEN_RULE, encoding="utf-8")
    monkeypatch.setattr(training, "TRAINING_DIRS", (*training.TRAINING_DIRS, str(tmp_path)))
    with pytest.raises(SetupError, match="ask_the_moon"):
        training.validate(load_settings())
