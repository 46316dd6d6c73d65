"""Reads the vocabulary files into the tables that the pipeline's components keep."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import tomli
from spacy.about import __version__ as spacy_version

from bot.language.phrases import expand

HERE = Path(__file__).resolve().parent
VOCABULARY, CONTEXT, SAFETY = HERE / "vocabulary.toml", HERE / "context.toml", HERE / "safety.toml"
_TOKENS_ONLY = frozenset({"s", "m", "n", "c", "v", "w", "breath"})
_CODE = (
    "pipeline", "tokenizing", "words", "spelling", "phrases", "mentions", "clauses", "context", "elapsed", "ages",
)  # fmt: skip


def read_words() -> dict[str, Any]:
    """Shorthand, spelling, and the phrases of entities ("label/value"), cues (kind) and safety signs (family)."""
    vocabulary, cues, safety = (tomli.loads(path.read_text("utf-8")) for path in (VOCABULARY, CONTEXT, SAFETY))
    shorthand = {short: word for word, shorts in vocabulary.pop("shorthand").items() for short in shorts}
    left_alone = vocabulary.pop("spelling")["leave"]
    families = safety["words"]
    phrases = {
        "entities": {
            f"{label}/{value}": ways for label, table in vocabulary.items() for value, ways in table.items()
        },
        "cues": {kind: table["phrases"] for kind, table in cues.items()},
        "signs": {family: ways for group in families.values() for family, ways in group.items()},
    }
    corrected = [
        phrases["entities"],
        phrases["cues"],
        *(families[group] for group in ("symptoms", "places", "crisis", "timing")),
    ]
    return {
        "shorthand": shorthand,
        "corrected": sorted(_words_of(corrected)),
        "leave": sorted({*left_alone, *_words_of((phrases["cues"], phrases["signs"]))}),
        "phrases": phrases,
        "symptoms": [*families["symptoms"], *families["crisis"]],
        "timing": [*families["timing"]],
    }


@lru_cache(maxsize=1)
def read_shorthand() -> dict[str, str]:
    """What short ways of writing mean ("ppl": "people"), without the pieces that only the tokenizer makes ("n't", "s")."""
    table = tomli.loads(VOCABULARY.read_text("utf-8"))["shorthand"]
    meant = {short: word for word, shorts in table.items() for short in shorts}
    return {short: word for short, word in meant.items() if short.isalnum() and short not in _TOKENS_ONLY}


def content_hash() -> str:
    """Twelve characters that change with any word, rule or line of code the pipeline is made of."""
    digest = hashlib.sha256(spacy_version.encode())
    for path in (VOCABULARY, CONTEXT, SAFETY, *(HERE / f"{name}.py" for name in _CODE)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _words_of(tables: Iterable[dict[str, list[str]]]) -> set[str]:
    phrases = (phrase for table in tables for ways in table.values() for phrase in ways)
    return {word for phrase in phrases for words in expand(phrase) for word in words}
