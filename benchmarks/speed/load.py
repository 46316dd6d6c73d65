"""The load generator, a process of its own: `python -m benchmarks.speed.load <plan.json> <result.json>`.

A plan names the systems and what to do with them (`Rounds`, `Growth` or `Recall`); the result holds every turn.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.speed.places import BenchmarkError
from benchmarks.speed.visitors import CHANNELS, Turn, Visitor, http_client
from bot.settings import PROJECT_DIR

MESSAGES_FILE = Path(__file__).parent / "messages.txt"
MESSAGES_A_CONVERSATION = 5
FRESH_FROM, FRESH_TO = 3, 7  # the turns of a fresh conversation that stand for its turn 5
WARM_UP_CONVERSATIONS = 5
MOST_SECONDS = 3600.0


@dataclass(frozen=True)
class Target:
    """A running assistant: how it is talked to (`rest` or `widget`) and its address, `http://host:port`."""

    channel: str
    url: str


@dataclass(frozen=True)
class Rounds:
    """Drive the systems in turns, one batch each a round, with the same messages.

    Args:
        conversations: how many a batch holds, of five messages each.
        at_once: visitors who talk at the same time, each waiting for its reply.
    """

    targets: dict[str, Target]
    rounds: int
    conversations: int
    at_once: int
    kind: str = "rounds"


@dataclass(frozen=True)
class Growth:
    """Lead conversations to `turn`, then ask each further question there and in a fresh conversation, in turns.

    Args:
        pairs: questions asked both ways, for each long conversation; half of them come before `turn`.
    """

    target: Target
    conversations: int
    turn: int
    pairs: int
    kind: str = "growth"


@dataclass(frozen=True)
class Recall:
    """Ask one question in each of the conversations with these keys, long and short in turns."""

    target: Target
    long: list[str]
    short: list[str]
    kind: str = "recall"


Plan = Rounds | Growth | Recall


def run_plan(plan: Plan) -> dict[str, Any]:
    """Run the plan in a process of its own and return its result.

    Raises:
        BenchmarkError: the load generator failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        plan_file, result_file = Path(folder) / "plan.json", Path(folder) / "result.json"
        plan_file.write_text(json.dumps(asdict(plan)), encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.speed.load", str(plan_file), str(result_file)]
        done = subprocess.run(command, cwd=PROJECT_DIR, timeout=MOST_SECONDS, check=False)
        if done.returncode != 0:
            raise BenchmarkError("The load generator failed; what it wrote is above.")
        result: dict[str, Any] = json.loads(result_file.read_text(encoding="utf-8"))
        return result


def main() -> None:
    """Read the plan, carry it out, write the result."""
    plan_file, result_file = map(Path, sys.argv[1:])
    plan = json.loads(plan_file.read_text(encoding="utf-8"))
    gc.disable()  # its pauses would be taken for the server's
    result = asyncio.run(_carry_out(plan))
    result_file.write_text(json.dumps(result), encoding="utf-8")


async def _carry_out(plan: dict[str, Any]) -> dict[str, Any]:
    async with http_client() as http:
        return await {"rounds": _rounds, "growth": _growth, "recall": _recall}[plan["kind"]](http, plan)


async def _rounds(http: aiohttp.ClientSession, plan: dict[str, Any]) -> dict[str, Any]:
    for target in plan["targets"].values():
        await _warm_up(http, target)
    questions = {name: _questions() for name in plan["targets"]}
    result: dict[str, Any] = {name: [] for name in plan["targets"]}
    for number in range(plan["rounds"]):
        order = list(plan["targets"].items())
        for name, target in order if number % 2 == 0 else reversed(order):
            result[name].append(await _batch(http, target, questions[name], plan))
    return result


async def _batch(
    http: aiohttp.ClientSession, target: dict[str, str], questions: Iterator[str], plan: dict[str, Any]
) -> dict[str, Any]:
    count = plan["conversations"]
    waiting = [list(itertools.islice(questions, MESSAGES_A_CONVERSATION)) for _ in range(count)]
    turns: list[Turn] = []
    started = time.perf_counter()
    await asyncio.gather(*(_talk(http, target, waiting, turns) for _ in range(plan["at_once"])))
    return {"seconds": time.perf_counter() - started, "turns": [asdict(turn) for turn in turns]}


async def _talk(
    http: aiohttp.ClientSession, target: dict[str, str], waiting: list[list[str]], turns: list[Turn]
) -> None:
    """One visitor's place at the desk: whoever leaves is followed by the next who waits."""
    while waiting:
        texts = waiting.pop(0)
        visitor = await _new_visitor(http, target)
        for text in texts:
            turns.append(await visitor.ask(text))


async def _growth(http: aiohttp.ClientSession, plan: dict[str, Any]) -> dict[str, Any]:
    questions, target = _questions(), plan["target"]
    await _warm_up(http, target)
    result: dict[str, Any] = {"turns": [], "pairs": [], "long": [], "short": []}
    for _ in range(plan["conversations"]):
        visitor = await _new_visitor(http, target)
        lead = plan["turn"] - plan["pairs"] // 2 - 1
        led = [asdict(await visitor.ask(next(questions))) for _ in range(lead)]
        pairs, fresh = await _pairs(http, target, visitor, list(itertools.islice(questions, plan["pairs"])))
        result["turns"].append(led + [pair["long"] for pair in pairs])
        result["pairs"].append(pairs)
        result["long"].append(visitor.key)
        result["short"].append(fresh.key)
    return result


async def _pairs(
    http: aiohttp.ClientSession, target: dict[str, str], long: Visitor, texts: list[str]
) -> tuple[list[dict[str, Any]], Visitor]:
    pairs: list[dict[str, Any]] = []
    fresh, turn = await _new_visitor(http, target), 1
    for number, text in enumerate(texts):
        if turn > FRESH_TO:
            fresh, turn = await _new_visitor(http, target), 1
        while turn < FRESH_FROM:
            await fresh.ask(text)
            turn += 1
        asked = [("long", long), ("short", fresh)]
        answered = {name: await visitor.ask(text) for name, visitor in (asked if number % 2 else asked[::-1])}
        turn += 1
        pairs.append({name: asdict(answered[name]) for name in ("long", "short")})
    return pairs, fresh


async def _recall(http: aiohttp.ClientSession, plan: dict[str, Any]) -> dict[str, Any]:
    questions, target = _questions(), plan["target"]
    await _warm_up(http, target)
    pairs = []
    for number, keys in enumerate(zip(plan["long"], plan["short"], strict=True)):
        text, asked = next(questions), list(zip(("long", "short"), keys, strict=True))
        answered = {}
        for name, key in asked if number % 2 else asked[::-1]:
            visitor = CHANNELS[target["channel"]](http, target["url"], key)
            answered[name] = asdict(await visitor.ask(text))
        pairs.append({name: answered[name] for name in ("long", "short")})
    return {"pairs": [pairs]}


async def _warm_up(http: aiohttp.ClientSession, target: dict[str, str]) -> None:
    """A server that has just started does some things for the first time: not measured."""
    questions = _questions()
    for _ in range(WARM_UP_CONVERSATIONS):
        visitor = await _new_visitor(http, target)
        for _ in range(MESSAGES_A_CONVERSATION):
            await visitor.ask(next(questions))


async def _new_visitor(http: aiohttp.ClientSession, target: dict[str, str]) -> Visitor:
    visitor: Visitor = CHANNELS[target["channel"]](http, target["url"])
    await visitor.open()
    return visitor


def _questions() -> Iterator[str]:
    return itertools.cycle(MESSAGES_FILE.read_text(encoding="utf-8").splitlines())


if __name__ == "__main__":
    main()
