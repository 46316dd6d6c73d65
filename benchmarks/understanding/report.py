"""The results as a page to read: figures first, then the mistakes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone

from benchmarks.speed.machine import describe_machine
from benchmarks.understanding.checks_run import Checked, by_group
from benchmarks.understanding.figures import Share
from benchmarks.understanding.heldout_run import HeldOut, Measure
from benchmarks.understanding.judging import CAUTIONS, Judged

WORST = 20
MOST_CONFUSIONS = 15
MOST_CHARACTERS = 220


def render_page(held_out: HeldOut, checked: Sequence[Checked], *, mistakes: bool) -> str:
    """All of a run."""
    machine = describe_machine()
    return "\n".join(
        [
            "# Understanding",
            "",
            "How well the whole assistant understands messages that it was not trained on; see [how this is measured](../README.md).",
            "Public corpora: [corpora.md](corpora.md).",
            "",
            "![Topics asked for, and answered](understanding.svg)",
            "",
            render_held_out(held_out, mistakes=mistakes),
            "## Generated cases",
            "",
            "| test | group | passed (95 %) |",
            "| --- | --- | --- |",
            *(f"| {test} | {group} | {share} |" for (test, group), share in by_group(checked).items()),
            f"| **all** | | {Share.among(result.passed for result in checked)} |",
            "",
            "## When and where",
            "",
            f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC; "
            + ", ".join(f"{k} {v}" for k, v in machine.items())
            + ".",
            "",
        ]
    )


def render_held_out(held_out: HeldOut, *, mistakes: bool) -> str:
    """The table of one part, the confusions, and (for development, or at the end) the mistakes with their messages."""
    lines = [
        f"## Held-out conversations, {held_out.part}",
        "",
        f"{len(held_out.judged)} judged turns; a turn took {held_out.median_seconds * 1000:.0f} ms (median, four visitors at once).",
        "",
        "| measure | share (95 %) | asked | met |",
        "| --- | --- | --- | --- |",
        *(_row(measure) for measure in held_out.measures),
        "",
        "### Topics most often taken for another",
        "",
        "| asked for | answered | how often |",
        "| --- | --- | --- |",
        *(f"| {asked} | {said} | {count} |" for (asked, said), count in confusions(held_out.judged)),
    ]
    if mistakes:
        lines += ["", "### Mistakes", "", *_mistakes(held_out.judged)]
    return "\n".join(lines) + "\n"


def confusions(judged: Iterable[Judged], most: int = MOST_CONFUSIONS) -> list[tuple[tuple[str, str], int]]:
    """Pairs of what was asked for and what was answered instead, the commonest first."""
    pairs = Counter(
        ("/".join(sorted(turn.turn.expected.topics[0])), instead(turn))
        for turn in judged
        if not turn.right and turn.turn.expected.topics and not turn.turn.expected.level
    )
    return pairs.most_common(most)


def instead(turn: Judged) -> str:
    """What was said in place of the right answer."""
    topics = [topic for topic in turn.seen.topics if topic not in CAUTIONS] or list(turn.seen.topics)
    return "+".join(topics) or turn.seen.outcome


def _row(measure: Measure) -> str:
    asked = "" if measure.wanted is None else f"{'≤' if measure.most else '≥'} {measure.wanted:.0%}"
    met = {None: "", True: "yes", False: "**no**"}[measure.met]
    return f"| {measure.name} | {measure.share} | {asked} | {met} |"


def _mistakes(judged: Sequence[Judged]) -> list[str]:
    return [
        f"- *{turn.case.group}, {turn.case.kind}*: “{_short(turn.turn.text)}” expected {_wanted(turn)}; "
        f"got {turn.seen.outcome} {instead(turn)} (intent {turn.seen.intent})"
        for turn in judged
        if not turn.right
    ]


def _wanted(turn: Judged) -> str:
    expected = turn.turn.expected
    topics = [" or ".join(sorted(alternatives)) for alternatives in expected.topics]
    cautions = [f"caution {slug}" for slug in sorted(expected.cautions - turn.seen.cautions)]
    others = [f"not caution {slug}" for slug in sorted(expected.no_cautions & turn.seen.cautions)]
    rest = [expected.level, expected.verdict, expected.intent, *sorted(expected.outcomes)]
    return ", ".join(filter(None, [*topics, *cautions, *others, *rest])) or "nothing in particular"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= MOST_CHARACTERS else f"{flat[:MOST_CHARACTERS]}…"
