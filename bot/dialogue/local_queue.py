"""The queue for each conversation where one process answers all of them."""

from __future__ import annotations

import asyncio
from collections import deque


class LocalQueue:
    """First come, first served; a place is handed on directly, so nobody can slip in between."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}

    async def enter(self, conversation_id: str) -> str:
        """Wait until it is one's turn; returns the place."""
        line = self._lines.get(conversation_id)
        if line is None:
            self._lines[conversation_id] = deque()
            return conversation_id
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it came in the same moment
                self._call_next(conversation_id)
            elif turn in line:
                line.remove(turn)
            raise
        return conversation_id

    async def leave(self, place: str) -> None:
        """End one's turn; the next begins."""
        self._call_next(place)

    async def close(self) -> None:
        """There is nothing to close."""

    def _call_next(self, conversation_id: str) -> None:
        line = self._lines[conversation_id]
        while line:
            turn = line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._lines[conversation_id]
