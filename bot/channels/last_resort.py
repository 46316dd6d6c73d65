"""What an emergency is told when nothing else works: the safety rules alone, without Rasa or the action server."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import spacy
from spacy.language import Language

from bot.language.pipeline import ensure_pipeline
from bot.language.safety import assess
from bot.settings import Clinic, Settings


def urgent_wording(text: str, settings: Settings, clinic: Clinic) -> str | None:
    """The clinic's words for an emergency or a crisis, or None where the rules see neither in the text."""
    level = assess(_pipeline(settings.data_dir / "spacy")(text)).level
    return clinic.urgent_care.wording(level) if level in ("urgent", "crisis") else None


@lru_cache(maxsize=1)
def _pipeline(folder: Path) -> Language:
    return spacy.load(ensure_pipeline(folder))
