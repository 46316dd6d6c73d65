"""The generated CheckList cases, run through the whole assistant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.understanding.cases import Case, Turn
from benchmarks.understanding.checklist import Check, generate_checks
from benchmarks.understanding.figures import Share
from benchmarks.understanding.judging import CAUTIONS, judge
from benchmarks.understanding.visits import Assistant, Seen, visit


@dataclass(frozen=True)
class Checked:
    """A case and whether it held."""

    check: Check
    seen: Sequence[Seen]
    passed: bool


def run_checks(place: Assistant) -> list[Checked]:
    """Every case; each of its messages begins a conversation of its own."""
    checks = generate_checks()
    answers = iter(visit(place, [[text] for check in checks for text in check.messages]))
    return [_checked(check, [next(answers)[0] for _ in check.messages]) for check in checks]


def by_group(checked: Sequence[Checked]) -> dict[tuple[str, str], Share]:
    """How many of each test type and group passed."""
    found: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for result in checked:
        found[result.check.test, result.check.group].append(result.passed)
    return {key: Share.among(results) for key, results in found.items()}


def _checked(check: Check, seen: Sequence[Seen]) -> Checked:
    turn = Turn(check.messages[-1], check.expected)
    fits = judge(Case("checks", check.group, "clean", [turn]), turn, seen[-1]).right
    return Checked(check, seen, fits and _topics_fit(check, seen))


def _topics_fit(check: Check, seen: Sequence[Seen]) -> bool:
    first, last = (set(reply.topics) - CAUTIONS for reply in (seen[0], seen[-1]))
    if check.topics == "same":
        return set(seen[0].topics) == set(seen[-1].topics)
    return check.topics != "kept" or first <= last
