"""A component's fingerprint covers the code that it adapts."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from bot.nlu.sources import source_digest


def _module(path: Path, source: str) -> ModuleType:
    path.write_text(source)
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    return module


def test_digest_changes_with_the_source_only(tmp_path: Path) -> None:
    one = source_digest(_module(tmp_path / "a.py", "x = 1\n"))
    assert source_digest(_module(tmp_path / "b.py", "x = 1\n")) == one
    assert source_digest(_module(tmp_path / "a.py", "x = 2\n")) != one
