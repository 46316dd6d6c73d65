"""Generated cases in the manner of CheckList (Ribeiro et al., 2020): what the assistant must do however it is worded.

Minimum functionality: a plain sentence on every topic is answered. Invariance: a change that asks nothing else changes no
topic. Direction: saying something that calls for a caution adds it, denying it does not. The cases are data; nothing is
run here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import tomli

from benchmarks.understanding.cases import Expected
from benchmarks.understanding.checklist_edits import with_missing_space, with_typo, without_case

FILE = Path(__file__).with_name("checklist.toml")
TestType = Literal["minimum", "invariance", "direction"]
Topics = Literal["", "same", "kept"]


@dataclass(frozen=True)
class Check:
    """One case.

    Args:
        name: unique; of letters, digits, hyphens, underscores and slashes.
        group: what of it is tested: the kind of frame, of change, or the caution.
        messages: one message, or the plain one and the changed one, each sent as the first of its own conversation.
        expected: of the reply to the last message.
        topics: what the last reply's topics are beside the first one's, cautions left out of both: the same in any
            order, or kept, where others may be added; "" where there is one message only.
    """

    name: str
    test: TestType
    group: str
    messages: tuple[str, ...]
    expected: Expected
    topics: Topics = ""


def generate_checks() -> list[Check]:
    """All cases, always the same, in the same order."""
    seeds = tomli.loads(FILE.read_text(encoding="utf-8"))
    return [*_minimum(seeds), *_invariance(seeds), *_direction(seeds)]


def _minimum(seeds: Mapping[str, Any]) -> Iterator[Check]:
    for topic, seed in seeds["topics"].items():
        expected = Expected(topics=[frozenset({topic})])
        framed = [frame.format(about=seed["about"]) for frame in seeds["frames"]]
        yield from _plain("question", topic, seed["questions"], expected)
        yield from _plain("frame", topic, framed, expected)
    for intent, messages in seeds["intents"].items():
        yield from _plain("dialogue", intent, messages, Expected(intent=intent))
    outside = Expected(outcomes=frozenset({"unanswered"}))
    yield from _plain("outside", "out_of_scope", seeds["outside"]["questions"], outside)


def _plain(group: str, subject: str, messages: Sequence[str], expected: Expected) -> Iterator[Check]:
    for number, text in enumerate(messages, start=1):
        yield Check(f"minimum/{group}/{subject}/{number}", "minimum", group, (text,), expected)


def _invariance(seeds: Mapping[str, Any]) -> Iterator[Check]:
    """Every change on every topic; the changes take turns at the topic's questions and at their own wordings."""
    for turn, (topic, seed) in enumerate(seeds["topics"].items()):
        for shift, (change, worded) in enumerate(_changes(seeds["changes"]).items()):
            text = seed["questions"][(turn + shift) % len(seed["questions"])]
            messages = worded[turn % len(worded)](text)
            yield Check(f"invariance/{change}/{topic}", "invariance", change, messages, Expected(), "same")


Change = Callable[[str], tuple[str, str]]


def _changes(words: Mapping[str, Sequence[str]]) -> dict[str, Sequence[Change]]:
    """For each kind of change its wordings: from a text to the plain message and the changed one."""
    worded = {
        kind: [_around(frame) for frame in words[kind]] for kind in ("polite", "thankful", "named", "emoji")
    }
    return {
        **worded,
        "order": [_before_and_after(aside) for aside in words["aside"]],
        "typo": [_edited(with_typo)],
        "missing-space": [_edited(with_missing_space)],
        "upper-case": [_edited(str.upper)],
        "lower-case": [_edited(without_case)],
    }


def _around(frame: str) -> Change:
    return lambda text: (text, frame.format(text=text))


def _before_and_after(aside: str) -> Change:
    return lambda text: (f"{aside} {text}", f"{text} {aside}")


def _edited(edit: Callable[[str], str]) -> Change:
    return lambda text: (text, edit(text))


def _direction(seeds: Mapping[str, Any]) -> Iterator[Check]:
    """Every caution said and denied beside several questions, before them and after them in turns."""
    topics = seeds["beside_cautions"]["topics"]
    for number, topic in enumerate(topics):
        question = seeds["topics"][topic]["questions"][0]
        for entry in seeds["cautions"]:
            caution = entry["caution"]
            for kind in ("said", "denied"):
                named = frozenset({caution})
                expected = Expected(cautions=named) if kind == "said" else Expected(no_cautions=named)
                for place, told in enumerate(entry[kind]):
                    message = f"{told} {question}" if (number + place) % 2 else f"{question} {told}"
                    name = f"direction/{caution.replace('_', '-')}-{kind}/{topic}/{place + 1}"
                    yield Check(name, "direction", f"{caution} {kind}", (question, message), expected, "kept")
