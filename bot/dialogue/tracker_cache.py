"""Live trackers, so that a conversation is not replayed from the database at every message."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any

MOST = 256
SECONDS = 30 * 60.0


class TrackerCache:
    """The trackers used last: at most `most`, none for longer than `seconds` after its last turn.

    Rasa changes a tracker in place, so one that is in use is not in here: it is taken out, and put back after the commit.
    """

    def __init__(self, *, most: int = MOST, seconds: float = SECONDS) -> None:
        self._most = most
        self._seconds = seconds
        self._trackers: OrderedDict[str, tuple[float, Any]] = OrderedDict()

    def take(self, conversation_id: str) -> Any | None:
        """The conversation's tracker, which is no longer kept; None where there is none."""
        until, tracker = self._trackers.pop(conversation_id, (0.0, None))
        return tracker if until >= time.monotonic() else None

    def put(self, conversation_id: str, tracker: Any) -> None:
        """Keep a tracker that is as the database knows it."""
        self._trackers[conversation_id] = (time.monotonic() + self._seconds, tracker)
        self._trackers.move_to_end(conversation_id)
        while self._trackers and (len(self._trackers) > self._most or self._oldest() < time.monotonic()):
            self._trackers.popitem(last=False)

    def clear(self) -> None:
        """Forget every tracker."""
        self._trackers.clear()

    def __len__(self) -> int:
        return len(self._trackers)

    def _oldest(self) -> float:
        return next(iter(self._trackers.values()))[0]
