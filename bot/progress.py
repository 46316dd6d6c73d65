"""Telling the person at the terminal what takes so long."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

QUIET_SECONDS = 2.0
TICK_SECONDS = 10.0


def say(line: str) -> None:
    """Write a line to the terminal at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def step(title: str) -> Iterator[None]:
    """Name a piece of work once it takes more than two seconds, then say every ten how long it has taken."""
    done = threading.Event()
    started = time.monotonic()

    def watch() -> None:
        if done.wait(QUIET_SECONDS):
            return
        say(f"{title} …")
        while not done.wait(TICK_SECONDS):
            say(f"  … {time.monotonic() - started:.0f} s")

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
    elapsed = time.monotonic() - started
    if elapsed > QUIET_SECONDS:
        say(f"  done in {elapsed:.0f} s")
