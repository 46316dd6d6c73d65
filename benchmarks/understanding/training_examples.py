"""What the assistant is trained on, for benchmarks that train a part of it themselves."""

from __future__ import annotations

import yaml

from bot.language.encoder import SentenceEncoder, shared_encoder
from bot.language.encoder_graph import ensure_encoder
from bot.settings import PROJECT_DIR, load_settings


def training_examples() -> dict[str, list[str]]:
    """The training examples by intent."""
    found: dict[str, list[str]] = {}
    for file in sorted((PROJECT_DIR / "data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            lines = [line[2:].strip() for line in block["examples"].splitlines() if line.startswith("- ")]
            if "intent" in block:
                found.setdefault(block["intent"], []).extend(lines)
    return found


def encoder() -> SentenceEncoder:
    """The sentence encoder in the precision of config.yml."""
    folder = load_settings().data_dir / "encoder"
    ensure_encoder(folder, precision="int8")
    return shared_encoder(folder, precision="int8")
