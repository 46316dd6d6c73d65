"""How much memory processes hold, told by Linux's /proc; processes are found by the port on which they listen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.places import BenchmarkError

PROC = Path("/proc")
LISTENING = "0A"  # the state in /proc/net/tcp


@dataclass(frozen=True)
class Memory:
    """What some processes hold, in MB (1,000,000 bytes).

    Args:
        rss: resident pages, those shared with other processes counted whole.
        pss: resident pages, shared ones counted by share; what they would free together.
        processes: how many there are.
    """

    rss: float
    pss: float
    processes: int


def memory_of_listener(port: int) -> Memory:
    """The memory of the processes that listen on a port of this machine.

    Raises:
        BenchmarkError: none does.
    """
    return _memory(listeners(port))


def listeners(port: int) -> list[int]:
    """The ids of the processes that listen on a port of this machine.

    Raises:
        BenchmarkError: none does.
    """
    sockets = _listening_sockets(port)
    found = [pid for pid in _pids() if _sockets(pid) & sockets]
    if not found:
        raise BenchmarkError(f"Nothing listens on port {port}.")
    return found


def memory_of_family(pid: int) -> Memory:
    """The memory of a process and all that descend from it."""
    parents = {child: _parent(child) for child in _pids()}
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return _memory(family)


def _memory(pids: Iterable[int]) -> Memory:
    rollups = [(PROC / str(pid) / "smaps_rollup").read_text() for pid in pids]
    rss, pss = (round(sum(_kilobytes(text, key) for text in rollups) * 1.024e-3, 1) for key in ("Rss", "Pss"))
    return Memory(rss, pss, len(rollups))


def _kilobytes(rollup: str, key: str) -> int:
    found = re.search(rf"^{key}:\s+(\d+) kB$", rollup, re.MULTILINE)
    return int(found.group(1)) if found else 0


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())


def _parent(pid: int) -> int:
    try:
        return int((PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended
        return 0


def _listening_sockets(port: int) -> set[str]:
    rows = [line.split() for line in (PROC / "net" / "tcp").read_text().splitlines()[1:]]
    return {
        f"socket:[{row[9]}]" for row in rows if row[3] == LISTENING and int(row[1].split(":")[1], 16) == port
    }


def _sockets(pid: int) -> set[str]:
    try:
        return {str(entry.readlink()) for entry in (PROC / str(pid) / "fd").iterdir()}
    except OSError:  # it has ended, or is not ours
        return set()
