"""`make bench`: measure this assistant against stock Rasa. See benchmarks/README.md."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks.speed.databases import postgres_version
from benchmarks.speed.machine import describe_machine, load_average
from benchmarks.speed.options import PHASES, QUICK, Options
from benchmarks.speed.phases import (
    measure_database,
    measure_growth,
    measure_starts,
    measure_training,
    measure_turns,
)
from benchmarks.speed.picture import render_picture
from benchmarks.speed.places import BENCH_DIR, RESULTS_DIR, BenchmarkError, shown
from benchmarks.speed.report import render_report
from benchmarks.speed.turn_profile import profile_a_turn
from bot.errors import BotError
from bot.progress import say

RUN_DIR = BENCH_DIR / "run"
Measured = dict[str, Any]


def main() -> int:
    """Measure what the command line asks for; what goes wrong is one sentence and exit status 1."""
    arguments = _parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if not Path("/proc/self/smaps_rollup").exists():
            raise BenchmarkError("The benchmark reads memory from Linux's /proc: run it on Linux.")
        _run(arguments)
    except (BenchmarkError, BotError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("\nStopped.\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few repetitions, to see that all of it works")
    parser.add_argument(
        "--reuse", action="store_true", help="take the models of an earlier run where they still hold"
    )
    parser.add_argument("--only", nargs="+", choices=PHASES, default=PHASES, help="measure only these")
    parser.add_argument("--out", type=Path, help="folder of the results")
    parser.add_argument(
        "--profile", action="store_true", help="show where the time of one turn goes, and nothing else"
    )
    return parser


def _run(arguments: argparse.Namespace) -> None:
    shutil.rmtree(RUN_DIR, ignore_errors=True)
    if arguments.profile:
        say(profile_a_turn(RUN_DIR, reuse=arguments.reuse))
        return
    whole = not arguments.quick and set(arguments.only) == set(PHASES)
    out = arguments.out or (RESULTS_DIR if whole else BENCH_DIR / "results")
    results: Measured = {}
    for results in _measured(arguments):
        _write(out, results)
    say(render_report(results))
    say(f"Written to {shown(out.resolve())}.")


def _measured(arguments: argparse.Namespace) -> Iterator[Measured]:
    """The results after each phase, so that a run that is stopped leaves what it had."""
    options = QUICK if arguments.quick else Options()
    results: Measured = {
        "at": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "quick": arguments.quick,
        "load_average": load_average(),
        "machine": {**describe_machine(), "postgresql": postgres_version()},
        "training": measure_training(reuse=arguments.reuse or "training" not in arguments.only),
    }
    yield results
    phases: dict[str, Callable[[Options, Path], Measured]] = {
        "starts": measure_starts,
        "turns": measure_turns,
        "growth": measure_growth,
        "database": measure_database,
    }
    for name in (name for name in phases if name in arguments.only):
        results[name] = phases[name](options, RUN_DIR / name)
        yield results


def _write(out: Path, results: Measured) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "speed.md").write_text(render_report(results), encoding="utf-8")
    (out / "speed.svg").write_text(render_picture(results), encoding="utf-8")
    compact = json.dumps(_rounded(results), separators=(",", ":"))
    (out / "speed.json").write_text(compact + "\n", encoding="utf-8")


def _rounded(value: Any) -> Any:
    """Times to the hundredth of a millisecond: enough, and half as long."""
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items() if one != ""}
    return [_rounded(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main())
