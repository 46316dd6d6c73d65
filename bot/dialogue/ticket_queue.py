"""The queue for each conversation where several processes share it: everybody takes a ticket, and the lowest is served.

Where the tickets are kept is another module's affair (PostgreSQL or Redis). Here is what happens inside one process:
waiting without asking, keeping the tickets of whoever is here alive, and giving up in good order.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from rasa.core.lock_store import LockError

from bot.errors import where

logger = logging.getLogger(__name__)

LEASE_SECONDS = 10.0  # after which whoever has died is passed over
BEATS = 5  # times in a lease that tickets are renewed and the queue is looked at
ANSWER_SECONDS = 4.0  # for the tickets' store to answer
PATIENCE_SECONDS = 3.0  # that those who wait bear with a store that has gone away
LEAVE_SECONDS = 1.0  # that a turn which is over waits until its ticket is gone


class Tickets(Protocol):
    """Where tickets are kept. A ticket's name is unique and begins with its process's name and a dash.

    Every call raises a LockError when the store does not answer, and may be made twice.
    """

    def start(self, process: str, *, on_first: Callable[[str], None], on_missed: Callable[[], None]) -> None:
        """Begin to call back: with a ticket of ours that another process made the first, and when such news may be missing."""

    async def take(self, conversation_id: str, ticket: str) -> bool:
        """Put the ticket at the end; is it the first?"""

    async def advance(self, conversation_id: str, leaving: str = "") -> str:
        """Remove `leaving` and whatever has expired; tell the process of the first ticket, and return it."""

    async def renew(self, tickets: list[tuple[str, str]]) -> set[str]:
        """Give tickets (conversation and name) another lease; returns those that are still there."""

    async def close(self) -> None:
        """Call back no more, and close every connection."""


@dataclass(eq=False)
class Place:
    """Somebody of this process in a queue."""

    conversation_id: str
    ticket: str
    turn: asyncio.Future[bool]  # True once it is the first, False when its ticket was lost
    stored: bool = False

    @property
    def waiting(self) -> bool:
        return self.stored and not self.turn.done()


class TicketQueue:
    """First come, first served among all processes that use the same tickets."""

    def __init__(self, tickets: Tickets, *, lease: float = LEASE_SECONDS) -> None:
        self._tickets = tickets
        self._beat_seconds = lease / BEATS
        self._process = ""
        self._numbers = itertools.count()
        self._places: dict[str, Place] = {}
        self._work: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._answered_at = 0.0

    async def enter(self, conversation_id: str) -> Place:
        """Wait until it is one's turn; returns the place.

        Raises:
            LockError: the tickets' store is away.
        """
        if not self._process:
            self._process = secrets.token_hex(8)  # not before: a server may fork its workers meanwhile
            self._tickets.start(self._process, on_first=self._call, on_missed=self._look)
        while True:
            place = self._new_place(conversation_id)
            try:
                if await self._take(place):
                    self._call(place.ticket)
                if await place.turn:
                    return place
            except BaseException:
                self._leave(place)
                raise
            del self._places[place.ticket]  # the ticket was lost: queue again

    async def leave(self, place: Place) -> None:
        """End one's turn; the next begins. A store that is away finds out by itself, when the lease ends."""
        await asyncio.wait({self._leave(place)}, timeout=LEAVE_SECONDS)

    async def close(self) -> None:
        """Leave everything to the others; tickets that are still held expire."""
        if not self._process:
            return
        self._process = ""
        self._places.clear()
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._work:
            await asyncio.wait(set(self._work), timeout=LEAVE_SECONDS)
        await self._tickets.close()

    def _new_place(self, conversation_id: str) -> Place:
        turn = asyncio.get_running_loop().create_future()
        place = Place(conversation_id, f"{self._process}-{next(self._numbers)}", turn)
        self._places[place.ticket] = place
        self._beat_later()
        return place

    async def _take(self, place: Place) -> bool:
        first = await self._ask(self._tickets.take(place.conversation_id, place.ticket))
        place.stored = True
        return bool(first)

    async def _ask(self, question: Coroutine[Any, Any, Any]) -> Any:
        """The store's answer. What is asked is also done when whoever asks is cancelled."""
        task = self._begin(question)
        done, _ = await asyncio.wait({task}, timeout=ANSWER_SECONDS)
        if not done:
            task.cancel()
            raise LockError("The queue of the conversation does not answer.")
        answer = task.result()
        self._answered_at = asyncio.get_running_loop().time()
        return answer

    def _leave(self, place: Place) -> asyncio.Task[None]:
        """Begin to leave, whatever happens to whoever leaves; a ticket just being taken is taken back after that."""
        self._places.pop(place.ticket, None)
        return self._begin(self._advance(place.conversation_id, place.ticket))

    async def _advance(self, conversation_id: str, leaving: str = "") -> None:
        try:
            first = await self._ask(self._tickets.advance(conversation_id, leaving))
        except LockError as error:
            logger.warning("The queue of conversation %s has to wait: %s", conversation_id, where(error))
        else:
            self._call(first)

    def _call(self, ticket: str) -> None:
        """Let whoever has the ticket begin, if it is one of ours."""
        place = self._places.get(ticket)
        if place and not place.turn.done():
            place.turn.set_result(True)

    def _look(self) -> None:
        """See whether it is anybody's turn who was not told."""
        for conversation_id in {place.conversation_id for place in self._places.values() if place.waiting}:
            self._begin(self._advance(conversation_id))

    def _beat_later(self) -> None:
        if self._places and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._beat_seconds, self._beat)

    def _beat(self) -> None:
        self._begin(self._renew()).add_done_callback(self._beaten)

    def _beaten(self, _: asyncio.Task[None]) -> None:
        self._timer = None
        self._beat_later()

    async def _renew(self) -> None:
        stored = [place for place in self._places.values() if place.stored]
        if not stored:
            return
        tickets = [(place.conversation_id, place.ticket) for place in stored]
        try:
            standing = await self._ask(self._tickets.renew(tickets))
        except LockError as error:
            logger.warning("Turns cannot be renewed: %s", where(error))
            self._lose_patience(error)
            return
        for place in stored:
            if place.ticket not in standing and place.ticket in self._places:
                self._lose(place)
        self._look()

    def _lose(self, place: Place) -> None:
        place.stored = False
        if place.turn.done():
            logger.error("The turn in conversation %s lost its lock.", place.conversation_id)
        else:
            place.turn.set_result(False)

    def _lose_patience(self, error: LockError) -> None:
        """Those who wait are told that it makes no sense; those who hold go on, and may find their ticket still there."""
        if asyncio.get_running_loop().time() - self._answered_at < PATIENCE_SECONDS:
            return
        for place in self._places.values():
            if place.waiting:
                place.turn.set_exception(error)

    def _begin(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._work.discard(task)
        if not task.cancelled():
            task.exception()  # whoever wants to know has the task
