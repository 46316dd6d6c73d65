"""Runs a module as `python -m` would, timed: `python -m benchmarks.speed.profiled <folder> <module> [arguments]`.

SIGUSR1 begins and ends timing the pieces of a turn (`spans.json` in the folder), SIGUSR2 begins and ends cProfile, in
the main thread and in the threads of its pools (`profile.pstats`).
"""

from __future__ import annotations

import cProfile
import json
import pstats
import runpy
import signal
import sys
from collections.abc import Callable
from concurrent.futures import thread
from pathlib import Path
from typing import Any

from benchmarks.speed import spans

SPANS_FILE = "spans.json"
PROFILE_FILE = "profile.pstats"


class Profiler:
    """cProfile in the main thread, and around whatever a thread pool runs."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._main: cProfile.Profile | None = None
        self._pooled: list[cProfile.Profile] = []

    def toggle(self) -> None:
        """Begin; or end, and write what was seen."""
        if self._main is None:
            self._main = cProfile.Profile()
            self._main.enable()
            return
        self._main.disable()
        stats = pstats.Stats(self._main)
        for profile in self._pooled:
            stats.add(profile)
        stats.dump_stats(self._file)
        self._main, self._pooled = None, []

    def watch_pools(self) -> None:
        """From now on, see what thread pools run."""
        item: Any = thread._WorkItem
        run: Callable[[Any], None] = item.run

        def profiled_run(work: Any) -> None:
            if self._main is None:
                run(work)
                return
            profile = cProfile.Profile()
            profile.runcall(run, work)
            self._pooled.append(profile)

        item.run = profiled_run


def main() -> None:
    """Prepare, then become the module."""
    folder, module = Path(sys.argv[1]), sys.argv[2]
    profiler = Profiler(folder / PROFILE_FILE)
    profiler.watch_pools()
    sys.meta_path.insert(0, spans.WrapOnImport())
    signal.signal(signal.SIGUSR1, lambda *_: _toggle_spans(folder / SPANS_FILE))
    signal.signal(signal.SIGUSR2, lambda *_: profiler.toggle())
    sys.argv = [module, *sys.argv[3:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


_timing: list[bool] = []


def _toggle_spans(file: Path) -> None:
    if _timing:
        _timing.clear()
        file.write_text(json.dumps({"seconds": spans.totals, "counts": spans.counts}), encoding="utf-8")
        return
    _timing.append(True)
    spans.reset()


if __name__ == "__main__":
    main()
