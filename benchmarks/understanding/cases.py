"""The held-out messages: what visitors might write, with what a right reply is about.

Written by people who had seen the article and the list of topics, never the training examples. All of `development/` and two
fifths of `heldout/` are for development: their mistakes may be looked at and learnt from. The others are for measuring, and
their mistakes for reporting.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from benchmarks.speed.places import BenchmarkError

FOLDER = Path(__file__).parent / "heldout"
DEVELOPMENT = Path(__file__).parent / "development"
Part = Literal["development", "test"]
PARTS: tuple[Part, ...] = ("development", "test")
GROUPS = ("article", "clinic", "outside", "dialogue", "compound", "context", "safety", "timing", "cautions")
_ARTICLE_FILES = ("article", "article_a", "article_b")
_OUTSIDE_KINDS = ("not_covered", "out_of_scope")


@dataclass(frozen=True)
class Expected:
    """What a right reply is.

    Args:
        topics: for each topic asked for, in order, the slugs that are equally right.
        outcomes: those that are right; empty where the topics say enough.
        intent: what the message has to be understood as, where that is the question.
        cautions: slugs of the cautions that have to be known afterwards; `no_cautions`: that must not be.
        level: of the safety rules: urgent, concerning, expected, crisis or none; "" where safety is not the question.
        verdict: yes, not_yet, passed, over or none, of the arithmetic on a rule of time; "" where there is none to give.
    """

    topics: Sequence[frozenset[str]] = ()
    outcomes: frozenset[str] = frozenset()
    intent: str = ""
    cautions: frozenset[str] = frozenset()
    no_cautions: frozenset[str] = frozenset()
    level: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class Turn:
    """One message, and what is expected; it is not judged where it only leads up to another."""

    text: str
    expected: Expected = field(default_factory=Expected)
    judged: bool = True


@dataclass(frozen=True)
class Case:
    """A conversation.

    Args:
        kind: says more than the group: an outside message's kind, a safety message's level.
        fresh: whether it is from `development/`.
    """

    group: str
    kind: str
    style: str
    turns: Sequence[Turn]
    fresh: bool = False

    @property
    def part(self) -> Part:
        """Whether it is for development or for the test: decided by its words alone, so that it never changes."""
        if self.fresh:
            return "development"
        digest = hashlib.sha256(self.turns[-1 if self.group == "safety" else 0].text.encode()).hexdigest()
        return "development" if int(digest, 16) % 5 < 2 else "test"


@cache
def clinic_topics() -> frozenset[str]:
    """Slugs that the clinic owns: the article answers none of them."""
    return frozenset(
        "price opening_hours location contact payment treatments_offered session_length results_duration"
        " session_interval".split()
    )


def load_cases(part: Part | None = None, groups: Sequence[str] = GROUPS) -> list[Case]:
    """The held-out conversations, of one part or of both.

    Raises:
        BenchmarkError: a file holds what is no case.
    """
    found = [
        case
        for folder in (FOLDER, DEVELOPMENT)
        for path in sorted(folder.glob("*.yml"))
        for case in _read(path)
    ]
    return [case for case in found if case.group in groups and part in (None, case.part)]


def _read(path: Path) -> list[Case]:
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        return [replace(_case(path.stem, entry), fresh=path.parent == DEVELOPMENT) for entry in entries]
    except (KeyError, TypeError) as error:
        raise BenchmarkError(f"{path.name} holds an entry that is no case: {error!r}.") from error


def _case(file: str, entry: Mapping[str, Any]) -> Case:
    if file == "context":
        turns = [Turn(turn["text"], _expected(turn)) for turn in entry["turns"]]
        return Case("context", entry["name"], "clean", turns)
    before = [Turn(text, judged=False) for text in entry.get("before", ())]
    group, kind = _group(file, entry)
    return Case(group, kind, entry["style"], [*before, Turn(entry["text"], _expected(entry))])


def _group(file: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    if file in _ARTICLE_FILES:
        topic = entry["topics"][0]
        return ("clinic" if topic in clinic_topics() else "article"), topic
    if file == "other":
        kind = entry["kind"]
        return ("outside" if kind in _OUTSIDE_KINDS else "dialogue"), kind
    return file, entry.get("level") or entry.get("verdict") or file


def _expected(entry: Mapping[str, Any]) -> Expected:
    named = _listed(entry.get("expect"))
    is_intent = entry.get("kind") == "dialogue"
    outcomes = {"calm": ["unanswered", "smalltalk"], "language": ["unanswered", "smalltalk", "handoff"]}
    return Expected(
        topics=_topics(entry),
        outcomes=frozenset()
        if is_intent
        else frozenset(o for name in named for o in outcomes.get(name, [name])),
        intent=named[0] if is_intent else "",
        cautions=frozenset(entry.get("cautions", ())),
        no_cautions=frozenset(entry.get("no_cautions", ())),
        level=str(entry.get("level", "")),
        verdict=_verdict(entry),
    )


def _topics(entry: Mapping[str, Any]) -> list[frozenset[str]]:
    """One set a topic asked for; alternatives are given for each of several topics, or for the only one."""
    topics = [*entry.get("topics", ()), *entry.get("also", ())]
    others = entry.get("or_topics") or {}
    if isinstance(others, Mapping):
        return [frozenset({topic, *others.get(topic, ())}) for topic in topics]
    return [frozenset({topic, *(others if number == 0 else ())}) for number, topic in enumerate(topics)]


def _verdict(entry: Mapping[str, Any]) -> str:
    """YAML reads a bare `yes` as true."""
    verdict = entry.get("verdict", "")
    return "yes" if verdict is True else str(verdict)


def _listed(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)
