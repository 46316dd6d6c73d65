"""The sentence encoder for tests, built once into the project's `var/`."""

from __future__ import annotations

from pathlib import Path

from bot.language.encoder import SentenceEncoder, shared_encoder
from bot.language.encoder_graph import ensure_encoder
from bot.settings import PROJECT_DIR


def encoder_folder() -> Path:
    """Where the encoder stands built."""
    folder = PROJECT_DIR / "var" / "encoder"
    ensure_encoder(folder)
    return folder


def encoder() -> SentenceEncoder:
    """The encoder, loaded once for all tests."""
    return shared_encoder(encoder_folder())
