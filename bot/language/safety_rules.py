"""The rules of safety.toml, read and checked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import tomli

Level = Literal["crisis", "urgent", "concerning", "expected"]
LEVELS: tuple[Level, ...] = ("crisis", "urgent", "concerning", "expected")
RULES = Path(__file__).with_name("safety.toml")
_CODE = ("safety.py", "safety_reading.py", "safety_rules.py", "second_look.py")
_NEAR = 4  # words that may stand between the families of a sign


@dataclass(frozen=True)
class Sign:
    """One [[sign]] of safety.toml, where its keys are explained. `within` is None for "message"."""

    name: str
    level: Level
    any: tuple[tuple[str, ...], ...]
    within: int | None = _NEAR
    needs: Literal["nothing", "person", "treatment"] = "nothing"
    unless: frozenset[str] = frozenset()
    overrules: frozenset[str] = frozenset()
    time: Literal["", "beyond", "within", "unknown", "not within", "not beyond"] = ""


@dataclass(frozen=True)
class Rules:
    """All signs; what shows that a message is about the time after or before a treatment; families meant as true or not."""

    signs: tuple[Sign, ...]
    after: Sign
    before: Sign
    symptoms: frozenset[str]


@lru_cache(maxsize=1)
def load_rules() -> Rules:
    """The rules of safety.toml, read once."""
    content = tomli.loads(RULES.read_text("utf-8"))
    after, before = (
        _read_sign({"name": key, "level": "expected", **content[key]}) for key in ("after", "before")
    )
    symptoms = frozenset((*content["words"]["symptoms"], *content["words"]["crisis"]))
    return Rules(tuple(_read_sign(entry) for entry in content["sign"]), after, before, symptoms)


def rules_hash() -> str:
    """Twelve characters that change with the rules and with the code that applies them."""
    digest = hashlib.sha256(RULES.read_bytes())
    for name in _CODE:
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()[:12]


def _read_sign(entry: dict[str, Any]) -> Sign:
    within = entry.get("within", _NEAR)
    return Sign(
        name=entry["name"],
        level=entry["level"],
        any=tuple(tuple(families) for families in entry["any"]),
        within=None if within == "message" else int(within),
        needs=entry.get("needs", "nothing"),
        unless=frozenset(entry.get("unless", ())),
        overrules=frozenset(entry.get("overrules", ())),
        time=entry.get("time", ""),
    )
