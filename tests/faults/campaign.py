"""Many turns with faults at random moments, and the account of it."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from tests.faults.house import House, wait_until
from tests.faults.ledger import Ledger, audit
from tests.faults.record import count_half_stored, count_unanswered
from tests.faults.script import DIALOGUE, QUESTION
from tests.faults.visitors import Caller

TURNS = int(os.environ.get("FAULT_TURNS", "100"))
KILLS = int(os.environ.get("FAULT_KILLS", "2"))
SEED = int(os.environ.get("FAULT_SEED", "20240229"))
AT_ONCE = 4  # visitors
WATCH_SECONDS = 0.02
LONGEST_TURN_SECONDS = 0.15  # a fault comes within such a time after a message was sent


@dataclass(frozen=True)
class Row:
    """What one trial came to, for the summary.

    Args:
        faults: how often it struck.
        interrupted, apologies: of the turns; see `Findings`.
        slowest: seconds that a visitor waited for an answer, at most.
    """

    fault: str
    engine: str
    turns: int
    faults: int
    interrupted: int
    lost: int
    doubled: int
    reordered: int
    apologies: int
    slowest: float

    def cells(self) -> tuple[str, ...]:
        """As a line of a table."""
        return tuple(f"{cell:.1f} s" if isinstance(cell, float) else f"{cell}" for cell in astuple(self))


@dataclass
class Trial:
    """One fault on one engine while visitors write.

    Args:
        faults: how often it struck.
        half_stored: how often a turn was seen that was stored in part.
    """

    house: House
    seed: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    faults: int = 0
    half_stored: int = 0

    def caller(self) -> Caller:
        """A new visitor."""
        return Caller(self.house.url, self.ledger)

    def converse(self, turns: int) -> None:
        """So many turns, several visitors at once: most follow the dialogue; each fifth asks one question and another, and
        never sends one again."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            talks = [
                threads.submit(
                    self._ask if number % 5 == 4 else self._follow, min(len(DIALOGUE), turns - begun)
                )
                for number, begun in enumerate(range(0, turns, len(DIALOGUE)))
            ]
        for talk in talks:
            talk.result()

    def strike(self, times: int, turns: int, strike: Callable[[], Any]) -> None:
        """Strike so many times, each at a random moment of another part of the turns; for a thread beside `converse`."""
        part = turns / times
        for number in range(times):
            moment = self.seed.uniform(number * part, (number + 0.8) * part)
            wait_until(lambda: len(self.ledger.sent) >= moment, seconds=600)  # noqa: B023 - called before the next
            time.sleep(self.seed.uniform(0, LONGEST_TURN_SECONDS))
            strike()
            self.faults += 1

    def under(self, strike: Callable[[], Any], *, turns: int = TURNS, times: int = KILLS) -> None:
        """Converse while it strikes."""
        over = threading.Event()
        with ThreadPoolExecutor(2) as threads:
            striking, watching = (
                threads.submit(self.strike, times, turns, strike),
                threads.submit(self.watch, over),
            )
            try:
                self.converse(turns)
            finally:
                over.set()
        striking.result()
        watching.result()

    def watch(self, over: threading.Event) -> None:
        """Look again and again whether a turn is whole, which whoever dies in the middle of it would leave as it is."""
        while not over.wait(WATCH_SECONDS):
            with suppress(SQLAlchemyError):  # the database's outages are part of the trials
                self.half_stored += count_half_stored(self.house.database)

    def _follow(self, lines: int) -> None:
        visitor = self.caller()
        for line in DIALOGUE[:lines]:
            visitor.say(line)

    def _ask(self, lines: int) -> None:
        visitor = self.caller()
        for _ in range(lines):
            visitor.say_once(QUESTION)


@contextmanager
def trial(house: House, fault: str, report: list[Row]) -> Iterator[Trial]:
    """A trial; at the end everything comes to rest, and nothing may be lost, doubled or reordered."""
    running = Trial(house, random.Random(f"{SEED} {fault} {house.engine}"))  # noqa: S311 - not for secrets
    yield running
    wait_until(house.answers)
    wait_until(lambda: not count_unanswered(house.database), seconds=60)
    found = audit(running.ledger, house.database)
    report.append(
        Row(
            fault=fault,
            engine=house.engine,
            turns=found.turns,
            faults=running.faults,
            interrupted=found.interrupted,
            lost=len(found.lost),
            doubled=len(found.doubled),
            reordered=len(found.reordered),
            apologies=found.apologies,
            slowest=max((sent.seconds for sent in running.ledger.sent), default=0),
        )
    )
    assert not running.half_stored
    assert not found.faults, "\n".join(found.faults)


def at_once(work: Sequence[Callable[[], Any]]) -> list[Any]:
    """The results of everything, begun together."""
    with ThreadPoolExecutor(len(work)) as threads:
        begun = [threads.submit(one) for one in work]
    return [one.result() for one in begun]
