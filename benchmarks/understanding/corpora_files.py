"""Reading the public intent corpora, as their authors publish them.

BANKING77 (Casanueva et al., 2020; CC BY 4.0): `banking77/{train,test}.csv`, from `banking_data/` of
PolyAI-LDN/task-specific-datasets. CLINC150 small (Larson et al., 2019; CC BY 3.0): `clinc150/data_small.json`, from `data/`
of clinc/oos-eval.
"""

from __future__ import annotations

import csv
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.places import BenchmarkError

OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class Labelled:
    """A message and its intent."""

    text: str
    intent: str


@dataclass(frozen=True)
class Clinc150:
    """Its parts; the out-of-scope messages of each are among them, with the intent `OUT_OF_SCOPE`."""

    train: Sequence[Labelled]
    validation: Sequence[Labelled]
    test: Sequence[Labelled]


def read_banking77(folder: Path, part: str) -> list[Labelled]:
    """The messages of `part`, train or test.

    Raises:
        BenchmarkError: the file is not there.
    """
    with _found(folder / "banking77" / f"{part}.csv").open(encoding="utf-8", newline="") as file:
        return [Labelled(row["text"].strip(), row["category"]) for row in csv.DictReader(file)]


def read_clinc150(folder: Path) -> Clinc150:
    """All parts of `data_small.json`.

    Raises:
        BenchmarkError: the file is not there.
    """
    content = json.loads(_found(folder / "clinc150" / "data_small.json").read_text(encoding="utf-8"))

    def part(name: str) -> list[Labelled]:
        inside = [Labelled(text, intent) for text, intent in content[name]]
        return inside + [Labelled(text, OUT_OF_SCOPE) for text, _ in content[f"oos_{name}"]]

    return Clinc150(part("train"), part("val"), part("test"))


def few_shot(examples: Sequence[Labelled], shots: int, seed: int) -> list[Labelled]:
    """`shots` examples of each intent, drawn at random, intents in alphabetical order."""
    chance = random.Random(seed)
    by_intent: dict[str, list[Labelled]] = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append(example)
    return [example for intent in sorted(by_intent) for example in chance.sample(by_intent[intent], shots)]


def _found(file: Path) -> Path:
    if not file.exists():
        raise BenchmarkError(
            f"There is no {file}: benchmarks/understanding/corpora_files.py says where to get it."
        )
    return file
