"""The spaCy pipeline that Rasa has loaded, for who needs it outside of Rasa's graph."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from rasa.nlu.utils.spacy_utils import SpacyNLP
from spacy.language import Language

from bot.language.pipeline import ensure_pipeline


@lru_cache(maxsize=1)
def loaded_pipeline(folder: Path) -> Language:
    """The pipeline in `folder`; light Rasa keeps one for each path (`bot/light_rasa.py`), so that this loads no second one."""
    return SpacyNLP.load_model(str(ensure_pipeline(folder).resolve())).model
