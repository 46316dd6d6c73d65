"""From raw turns to the table's rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.speed.figures import Groups, Ratio, p99, ratio
from benchmarks.speed.options import LONG_TURN
from benchmarks.speed.training import EPOCHS

Measured = dict[str, Any]
ENGINE_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Measure:
    """One row: what was measured, on both sides, and how they compare.

    Args:
        below, above: the two values as they should be shown, with units; the ratio is above ÷ below.
        asked: the bound that was asked for, None where none was.
        at_least: whether the bound is a least (throughput) rather than a most.
    """

    name: str
    below: str
    above: str
    ratio: Ratio
    asked: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the ratio is as asked."""
        if self.asked is None:
            return None
        return self.ratio.value >= self.asked if self.at_least else self.ratio.value <= self.asked


def against_stock(results: Measured) -> list[Measure]:
    """This assistant ÷ stock Rasa; only what was measured."""
    return [
        *(_turn_measures(results["turns"]) if "turns" in results else ()),
        *(_start_measures(results["starts"]) if "starts" in results else ()),
        *(_training_measures(results["training"]) if "training" in results else ()),
    ]


def within_ours(results: Measured) -> list[Measure]:
    """How a turn's cost grows: with the conversation, and with the database."""
    return [
        *(_growth_measures(results["growth"]) if "growth" in results else ()),
        *(_database_measures(results["database"]) if "database" in results else ()),
    ]


def faults(results: Measured) -> dict[str, tuple[int, Counter[str]]]:
    """For each assistant: how many messages were sent and measured, and how many got no answer, by reason."""
    found: dict[str, tuple[int, Counter[str]]] = {}
    for name, turns in _all_turns(results):
        count, reasons = found.get(name, (0, Counter()))
        reasons.update(turn["fault"] for turn in turns if turn["fault"])
        found[name] = (count + len(turns), reasons)
    return found


def outcomes(results: Measured) -> Counter[str]:
    """What our replies to one visitor at a time were."""
    rounds = results.get("turns", {}).get("alone", {}).get("ours", [])
    return Counter(turn["outcome"] or turn["fault"] for batch in rounds for turn in batch["turns"])


def _turn_measures(turns: Measured) -> Iterator[Measure]:
    alone, crowd, memory = turns["alone"], turns["crowd"], turns["memory"]["after alone"]
    yield _of_times("one turn alone, median", alone, median, asked=1 / 4)
    yield _of_times("one turn alone, p99", alone, p99)
    yield _throughput(crowd)
    yield _of_times("16 at once, p99", crowd, p99, asked=1 / 5)
    yield _of_times("16 at once, median", crowd, median)
    count = sum(len(batch["turns"]) for batch in alone["ours"])
    title = f"memory of Rasa after {count:,} turns"
    yield _memory(f"{title} (RSS)", memory["stock"]["rasa"]["rss"], memory["ours"]["rasa"]["rss"], asked=1 / 3)
    yield _memory(f"{title} (PSS)", memory["stock"]["rasa"]["pss"], memory["ours"]["rasa"]["pss"])
    yield _memory(
        "memory of all processes together (PSS)", memory["stock"]["all"]["pss"], memory["ours"]["all"]["pss"]
    )


def _of_times(
    name: str, rounds: Measured, statistic: Callable[[list[float]], float], *, asked: float | None = None
) -> Measure:
    sides = {side: seconds(rounds[side]) for side in ("stock", "ours")}
    stock, ours = (
        milliseconds(statistic([one for group in sides[side] for one in group])) for side in ("stock", "ours")
    )
    return Measure(name, stock, ours, ratio(sides["ours"], sides["stock"], statistic), asked)


def _throughput(rounds: Measured) -> Measure:
    """Messages answered in a second of driving; a round's cost is spread over its messages to compare rounds."""
    costs = {
        side: [[batch["seconds"] / answered(batch)] for batch in rounds[side]] for side in ("stock", "ours")
    }
    found = ratio(costs["stock"], costs["ours"], _mean)
    stock, ours = (
        f"{1 / _mean([one for group in costs[side] for one in group]):.0f} /s" for side in ("stock", "ours")
    )
    return Measure("throughput at 16 at once", stock, ours, found, 5.0, at_least=True)


def _memory(name: str, stock: float, ours: float, *, asked: float | None = None) -> Measure:
    return Measure(name, f"{stock:,.0f} MB", f"{ours:,.0f} MB", _plain(ours / stock), asked)


def _start_measures(starts: Measured) -> Iterator[Measure]:
    ours_started, stock_started = ([[one] for one in starts[side]["seconds"]] for side in ("ours", "stock"))
    stock, ours = (f"{median(starts[side]['seconds']):.1f} s" for side in ("stock", "ours"))
    yield Measure("start to first answer, median", stock, ours, ratio(ours_started, stock_started), 1 / 3)


def _training_measures(training: Measured) -> Iterator[Measure]:
    for name, key, asked in (("training", "seconds", 1 / 8), ("training, processor time", "cpu_seconds", None)):
        stock, ours = training["stock"][key], training["ours"][key]
        if training["stock"]["finished"]:
            yield Measure(name, f"{stock:,.0f} s", f"{ours:,.0f} s", _plain(ours / stock), asked)
        else:
            yield Measure(f"{name}, at most", f"over {stock:,.0f} s", f"{ours:,.0f} s", _plain(ours / stock))
    if not training["stock"]["finished"]:
        yield _training_at_its_pace(training)


def _training_at_its_pace(training: Measured) -> Measure:
    """What stock's DIET alone would take at the pace of the epochs that it had finished when it was stopped."""
    stock, ours = training["stock"]["epoch_seconds"] * EPOCHS, training["ours"]["seconds"]
    title = f"training, DIET at the pace of its first {training['stock']['epochs']} epochs"
    return Measure(title, f"{stock:,.0f} s", f"{ours:,.0f} s", _plain(ours / stock), 1 / 8)


def _growth_measures(growth: Measured) -> Iterator[Measure]:
    titles = {
        "ours": "",
        "ours restarted": ", after a restart",
        "stock": ", stock Rasa",
    }
    for side, title in titles.items():
        pairs = growth[side]["pairs"]
        long, short = (
            [[pair[kind]["seconds"] for pair in group] for group in pairs] for kind in ("long", "short")
        )
        if len(pairs) == 1:  # a restart: each conversation is asked once
            long, short = ([[one] for one in groups[0]] for groups in (long, short))
        asked = 1.15 if side == "ours" else None
        yield _compared(f"turn {LONG_TURN} ÷ turn 5{title}", long, short, asked=asked)


def _database_measures(database: Measured) -> Iterator[Measure]:
    for engine, measured in database.items():
        events = max(measured["rows"].get(table, 0) for table in ("event", "events"))
        full, empty = (seconds(measured[name]) for name in ("full", "empty"))
        title = f"{events // 1000 * 1000:,} events ÷ empty, {ENGINE_NAMES[engine]}"
        yield _compared(title, full, empty, asked=1.15)


def _compared(name: str, above: Groups, below: Groups, *, asked: float | None) -> Measure:
    shown = [milliseconds(median([one for group in groups for one in group])) for groups in (below, above)]
    return Measure(name, shown[0], shown[1], ratio(above, below), asked)


def seconds(rounds: list[Measured]) -> list[list[float]]:
    """The turns' times by round; turns without an answer count with the time they took."""
    return [[turn["seconds"] for turn in batch["turns"]] for batch in rounds]


def answered(batch: Measured) -> int:
    """How many messages of a batch got an answer."""
    return sum(not turn["fault"] for turn in batch["turns"])


def milliseconds(value: float) -> str:
    """A time in seconds, shown in milliseconds."""
    return f"{value * 1000:,.1f} ms" if value < 0.1 else f"{value * 1000:,.0f} ms"


def _all_turns(results: Measured) -> Iterator[tuple[str, list[Measured]]]:
    for phase in ("alone", "crowd"):
        for name, rounds in results.get("turns", {}).get(phase, {}).items():
            yield name, [turn for batch in rounds for turn in batch["turns"]]
    for side, grown in results.get("growth", {}).items():
        name = side.split()[0]
        yield name, [turn for group in grown.get("turns", []) for turn in group]
        kinds = ("short",) if "turns" in grown else ("short", "long")
        yield name, [pair[kind] for group in grown["pairs"] for pair in group for kind in kinds]
    for measured in results.get("database", {}).values():
        for kind in ("empty", "full"):
            yield "ours", [turn for batch in measured[kind] for turn in batch["turns"]]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _plain(value: float) -> Ratio:
    return Ratio(value, value, value)
