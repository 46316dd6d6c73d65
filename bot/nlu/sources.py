"""Lets a component's fingerprint cover the plain code that it adapts, so that a change to it trains anew."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import ModuleType


def source_digest(*modules: ModuleType) -> str:
    """A hash of the modules' source files, 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for module in modules:
        digest.update(Path(module.__file__ or "").read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def folder_digest(folder: Path) -> str:
    """A hash of the files in a folder, 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        digest.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
