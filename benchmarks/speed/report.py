"""The results as `speed.md`: ratios first, then on what machine, how, and what favours whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.speed.load import MESSAGES_A_CONVERSATION
from benchmarks.speed.measures import Measure, against_stock, faults, outcomes, within_ours
from benchmarks.speed.options import ALONE_CONVERSATIONS, CROWD, CROWD_CONVERSATIONS, PHASES
from benchmarks.speed.training import SERVED_EPOCHS

Measured = dict[str, Any]

HOW = f"""\
- Stock is the project that `rasa init` writes (its default pipeline and policies as Rasa fills them in: DIET, ResponseSelector,
  FallbackClassifier, Memoization, Rule, UnexpecTED and TED, 100 epochs), with a SQLite tracker store, this project's examples,
  rules and stories, and every answer as a plain `utter_` response. It is served by `rasa run` through its `rest` channel.
- This assistant is served by `make run`'s own command through the widget's channel, with its SQLite database.
- A load generator in a process of its own asks 62 questions in the words of visitors, none of them a training example, over HTTP
  with connections kept open. A new conversation begins after every {MESSAGES_A_CONVERSATION} messages. Every visitor waits for the reply.
- Both servers run at the same time and are driven in turns: a batch on one, the same batch on the other
  ({ALONE_CONVERSATIONS * MESSAGES_A_CONVERSATION} messages for one visitor at a time, {CROWD_CONVERSATIONS * MESSAGES_A_CONVERSATION} for {CROWD} at a time), the order changing with every round.
- Every reply must be a text, and ours no apology; what is none is counted below and its time is kept.
- The interval after a ratio holds it with 95 % confidence (bootstrap over rounds, conversations or starts).
- A start is timed from the command to the first answer to a real question, asked every 50 ms, the disk cache warm.
- Training starts from nothing: no model, no cached component; for ours also no encoder and no spaCy pipeline.
- Turn 500 and turn 5: conversations are led to turn 500 one message after the other; around it, each question is asked there
  and, in turns, at turn 3 to 7 of a fresh conversation.
- The full database holds copies of real conversations under new ids, at other times of two years."""

FAVOURS = """\
- For stock: it answers from plain responses, without an action server, a knowledge base, forms, safety rules, or a readable
  record of the conversation; a message is not stored before it is answered, so a crash loses it. It does less for its turn.
- For stock: opening our sessions counts in the throughput; stock has none to open.
- For stock: our start includes checking the model, bringing the tables up to date and loading the answers.
- For ours: stock's default pipeline is not the lightest that Rasa can run. It is what a new project has.
- Against both alike: the load generator runs on the same processor, at 0.2 ms a message.
- Against ours at turn 500: a visitor who writes 500 messages within half a minute makes the rate limit count them all."""


def render_report(results: Measured) -> str:
    """The whole page, in Markdown."""
    parts = [
        "# Speed, against stock Rasa",
        "![The ratios as a picture](speed.svg)" if "turns" in results else "",
        *_table("This assistant ÷ stock Rasa", ("stock", "ours"), against_stock(results)),
        *_table("How a turn's cost grows", ("small", "large"), within_ours(results)),
        *_memory(results),
        "## Replies that were none",
        *_faults(results),
        "## When and where",
        _circumstances(results),
        "## How it was measured",
        HOW,
        "## What favours whom",
        FAVOURS,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(title: str, sides: tuple[str, str], measures: list[Measure]) -> Iterator[str]:
    if not measures:
        return
    yield f"## {title}"
    head = ["measure", "ratio", "95 %", "asked", "met", *sides]
    yield _markdown_table(head, map(_row, measures))


def _row(measure: Measure) -> list[str]:
    met = {True: "yes", False: "**no**", None: ""}[measure.met]
    return [
        measure.name,
        shown_ratio(measure),
        _interval(measure),
        _asked(measure),
        met,
        measure.below,
        measure.above,
    ]


def shown_ratio(measure: Measure) -> str:
    """A ratio as people say it: `5.2 ×`, `1/4.1`, `1.02`."""
    value = measure.ratio.value
    if measure.at_least:
        return f"**{value:.1f} ×**"
    return f"**1/{1 / value:.1f}**" if value < 0.8 else f"**{value:.2f}**"


def _interval(measure: Measure) -> str:
    low, high = measure.ratio.low, measure.ratio.high
    if low == high:
        return ""
    if measure.at_least:
        return f"{low:.1f}–{high:.1f}"
    return f"1/{1 / high:.1f}–1/{1 / low:.1f}" if measure.ratio.value < 0.8 else f"{low:.2f}–{high:.2f}"


def _asked(measure: Measure) -> str:
    if measure.asked is None:
        return ""
    if measure.at_least:
        return f"≥ {measure.asked:.0f} ×"
    return f"≤ 1/{1 / measure.asked:.0f}" if measure.asked < 1 else f"≤ {measure.asked}"


def _memory(results: Measured) -> Iterator[str]:
    if "turns" not in results:
        return
    yield "## Memory"
    yield "MB; RSS counts pages shared with other processes whole, PSS by share."
    rows = [
        [when, side, part, f"{held['rss']:,.0f}", f"{held['pss']:,.0f}", str(held["processes"])]
        for when, sides in results["turns"]["memory"].items()
        for side, found in sides.items()
        for part, held in found.items()
    ]
    yield _markdown_table(["when", "assistant", "processes", "RSS", "PSS", "how many"], rows)


def _faults(results: Measured) -> Iterator[str]:
    for name, (count, reasons) in faults(results).items():
        listed = ", ".join(f"{reason}: {number}" for reason, number in reasons.most_common())
        yield f"- {name}: {reasons.total()} of {count:,}{f' ({listed})' if listed else ''}"
    if found := outcomes(results):
        yield f"What our replies to one visitor at a time were: {_counted(found)}."


def _circumstances(results: Measured) -> str:
    machine, lines = results["machine"], []
    lines.append(
        f"{results['at']}; {machine['processor']}, {machine['cores']} cores, {machine['memory']}, {machine['kernel']}."
    )
    versions = (
        "python",
        "rasa",
        "tensorflow",
        "onnxruntime",
        "sqlalchemy",
        "sanic",
        "spacy",
        "numpy",
        "sqlite",
        "postgresql",
    )
    lines.append(", ".join(f"{name} {machine[name]}" for name in versions if machine.get(name)) + ".")
    lines.append(
        f"Load average at the start: {results['load_average']}; near 0 means that nothing else was running."
    )
    lines += _reused(results.get("training", {}))
    missing = [phase for phase in PHASES if phase not in results]
    lines += [f"Not measured in this run: {', '.join(missing)}."] if missing else []
    lines += ["A quick run: few repetitions, wide intervals, a smaller database."] if results["quick"] else []
    return "\n".join(lines)


def _reused(training: Measured) -> Iterator[str]:
    for name, found in training.items():
        if not found["finished"]:
            yield (
                f"The training of {name} was stopped after {found['seconds']:,.0f} s, at {found['progress']}; the model that"
                f" serves was then trained with {SERVED_EPOCHS} epochs, which changes what it answers, not how long that takes."
            )
        if found["reused"]:
            yield f"The training of {name} was measured in an earlier run, which ended at {found['at']}."


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.most_common())


def _markdown_table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
