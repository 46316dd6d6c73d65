"""The hazard log names tests and files that exist, and leaves no hazard without an answer."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from bot.settings import PROJECT_DIR

LOG = PROJECT_DIR / "docs" / "clinical-safety.md"
FEWEST_HAZARDS = 18
FIELDS = ("Cause", "Effect", "Control", "Tests", "Open point", "Residual risk")
_HEADING = re.compile(r"^### (H\d+)\. (.+)$", re.MULTILINE)
_FIELD = re.compile(r"^- \*\*(?P<name>[^*]+)\*\*:(?P<text>(?:.*)(?:\n(?!- \*\*|#|\n).*)*)", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/.]+)::(\w+)`")
_FILE = re.compile(r"`((?:actions|bot|data|deploy|tests)/[\w/.-]+\w)`")


@dataclass(frozen=True)
class Hazard:
    """One hazard of the log: what it is called, and the text of each field (of several open points, all of it)."""

    number: str
    title: str
    fields: dict[str, str]

    def named_tests(self) -> list[tuple[str, str]]:
        """File and function of each test that is said to prove a control."""
        return _TEST.findall(self.fields.get("Tests", ""))


def read_hazards(document: str) -> list[Hazard]:
    """The hazards of a log, in order."""
    section = document.partition("\n## Hazards\n")[2].partition("\n## ")[0]
    _, *parts = _HEADING.split(section)
    numbers, titles, texts = parts[::3], parts[1::3], parts[2::3]
    return [Hazard(*entry) for entry in zip(numbers, titles, map(_read_fields, texts), strict=True)]


def _read_fields(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for found in _FIELD.finditer(text):
        fields[found["name"]] = f"{fields.get(found['name'], '')} {found['text'].strip()}".strip()
    return fields


def faults(hazard: Hazard, root: Path) -> list[str]:
    """What is missing or made up in a hazard's entry."""
    missing = [name for name in ("Cause", "Effect", "Residual risk") if not hazard.fields.get(name)]
    found = [f"no {name}" for name in missing]
    found += [f"unknown field {name}" for name in hazard.fields if name not in FIELDS]
    if not hazard.fields.get("Open point"):
        found += [] if hazard.fields.get("Control") else ["neither control nor open point"]
        found += [] if hazard.named_tests() else ["neither test nor open point"]
    remainder = re.sub(r"[\s,.]", "", _TEST.sub("", hazard.fields.get("Tests", "")))
    found += [f"no name of a test: {remainder}"] if remainder else []
    found += [
        f"no test {file}::{name}"
        for file, name in hazard.named_tests()
        if name not in functions_in(root / file)
    ]
    return found


@lru_cache
def functions_in(file: Path) -> frozenset[str]:
    """Names of the test functions that pytest finds at the top of a file; none where there is no such file."""
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(function.name for function in functions if function.name.startswith("test_"))


DOCUMENT = LOG.read_text(encoding="utf-8")
HAZARDS = read_hazards(DOCUMENT)


def test_hazards_are_numbered_without_gaps() -> None:
    assert len(HAZARDS) >= FEWEST_HAZARDS
    assert [hazard.number for hazard in HAZARDS] == [f"H{n + 1}" for n in range(len(HAZARDS))]


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.number)
def test_hazard_has_its_fields_and_its_tests_exist(hazard: Hazard) -> None:
    assert faults(hazard, PROJECT_DIR) == []


def test_every_named_file_exists() -> None:
    assert [file for file in _FILE.findall(DOCUMENT) if not (PROJECT_DIR / file).exists()] == []


def test_every_named_test_is_one_of_a_hazards() -> None:
    read = [test for hazard in HAZARDS for test in hazard.named_tests()]
    assert sorted(read) == sorted(_TEST.findall(DOCUMENT))


EXAMPLE = """# Log

## Hazards

### H1. A message is lost

- **Cause**: A process
  dies.
- **Effect**: Nobody answers.
- **Control**: It is stored first.
- **Tests**: `tests/test_example.py::test_message_is_kept`,
  `tests/test_example.py::test_turn_is_repeated`.
- **Residual risk**: Little.

## Afterwards
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    names = ("test_message_is_kept", "test_turn_is_repeated")
    source = "\n".join(f"async def {name}() -> None: ..." for name in names)
    (tmp_path / "tests" / "test_example.py").write_text(source + "\n\ndef helper() -> None: ...\n")
    return tmp_path


def test_log_is_read(project: Path) -> None:
    (hazard,) = read_hazards(EXAMPLE)
    assert (hazard.number, hazard.title) == ("H1", "A message is lost")
    assert [name for _, name in hazard.named_tests()] == ["test_message_is_kept", "test_turn_is_repeated"]
    assert hazard.fields["Residual risk"] == "Little."
    assert faults(hazard, project) == []


@pytest.mark.parametrize(
    ("said", "instead", "fault"),
    [
        ("::test_turn_is_repeated", "::test_made_up", "no test tests/test_example.py::test_made_up"),
        ("::test_turn_is_repeated", "::helper", "no test tests/test_example.py::helper"),
        ("test_example.py::test_m", "test_nowhere.py::test_m", "no test tests/test_nowhere.py::test_message_is_kept"),
        ("py::test_turn_is_repeated`", "py`", "no name of a test: `tests/test_examplepy`"),
        ("- **Cause**: A process\n  dies.\n", "", "no Cause"),
        ("- **Residual risk**: Little.", "- **Residual risk**:", "no Residual risk"),
        ("- **Control**: It is stored first.\n", "", "neither control nor open point"),
        ("**Tests**", "**Proof**", "unknown field Proof"),
        ("**Tests**", "**Proof**", "neither test nor open point"),
    ],
)  # fmt: skip
def test_fault_is_found(project: Path, said: str, instead: str, fault: str) -> None:
    assert said in EXAMPLE
    (hazard,) = read_hazards(EXAMPLE.replace(said, instead))
    assert fault in faults(hazard, project)


def test_hazard_without_a_test_says_that_it_is_open(project: Path) -> None:
    document = EXAMPLE.replace("- **Tests**: `", "- **Open point**: none yet, perhaps `")
    (hazard,) = read_hazards(document)
    assert faults(hazard, project) == []
