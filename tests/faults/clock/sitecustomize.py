"""Read by every process of an assistant under test as it starts: its clock is off by the seconds in the file CLOCK_FILE."""

from __future__ import annotations

import os
import time
from datetime import datetime, timezone
from pathlib import Path

READ_SECONDS = 0.02
_real_time = time.time
_seen = (-1.0, 0.0)


def _offset() -> float:
    """In seconds; looked up again after a moment, so that the clock steps while the process runs."""
    global _seen
    at, offset = _seen
    if time.monotonic() > at + READ_SECONDS:
        offset = float(Path(os.environ["CLOCK_FILE"]).read_text() or offset)
        _seen = (time.monotonic(), offset)
    return offset


def _time() -> float:
    return _real_time() + _offset()


def _now() -> datetime:
    return datetime.fromtimestamp(_time(), timezone.utc)


if "CLOCK_FILE" in os.environ:
    import bot.database  # before anybody copies its `now`

    time.time = _time
    bot.database.now = _now
