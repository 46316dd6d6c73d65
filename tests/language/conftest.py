"""The pipeline, built once for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from bot.language.pipeline import ensure_pipeline


@pytest.fixture(scope="session")
def pipeline_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_pipeline(tmp_path_factory.mktemp("spacy"))


@pytest.fixture(scope="session")
def nlp(pipeline_folder: Path) -> Language:
    return spacy.load(pipeline_folder)
