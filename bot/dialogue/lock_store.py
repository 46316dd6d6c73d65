"""Rasa's lock store: one turn at a time in each conversation, in the order in which they came."""

from __future__ import annotations

from contextvars import ContextVar
from types import TracebackType
from typing import Any, Protocol

from rasa.core.lock_store import LOCK_LIFETIME, LockStore
from rasa.core.utils import number_of_sanic_workers
from rasa.utils.endpoints import EndpointConfig

from bot.dialogue.local_queue import LocalQueue
from bot.dialogue.ticket_queue import LEASE_SECONDS, TicketQueue
from bot.errors import SettingsError


class Queue(Protocol):
    """A queue for each conversation; `enter` returns when it is one's turn, with what `leave` wants."""

    async def enter(self, conversation_id: str) -> Any: ...

    async def leave(self, place: Any) -> None: ...

    async def close(self) -> None: ...


class ClinicLockStore(LockStore):
    """Configured in endpoints.yml by `url`, the database's address, and `redis_url`, which may be empty.

    Only `lock` and `close` are for use. The base class's other methods (`get_lock`, `issue_ticket` …) are steps of its own
    `lock`; called on their own they fail as they do there.
    """

    def __init__(self, endpoint_config: EndpointConfig) -> None:
        options = endpoint_config.kwargs
        self._queue = choose_queue(
            workers=number_of_sanic_workers(endpoint_config),
            database_url=str(endpoint_config.url or ""),
            redis_url=str(options.get("redis_url") or ""),
            lease=float(options.get("lease") or LEASE_SECONDS),
        )
        super().__init__()

    def lock(  # type: ignore[override]
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> Lock:
        """Held in an `async with`: once inside, no other turn of the conversation runs, however long it takes.

        Whoever holds it may take it again, also in the tasks begun meanwhile; it is free when the last of them has left.
        `lock_lifetime` and `wait_time_in_seconds` are Rasa's; nobody polls here, and a turn is renewed while it lasts.

        Raises:
            LockError: on entering, when what keeps the queue is away; within five seconds.
        """
        return Lock(self._queue, conversation_id)

    async def close(self) -> None:
        """Close every connection; for the end of the server."""
        await self._queue.close()


def choose_queue(*, workers: int, database_url: str, redis_url: str, lease: float = LEASE_SECONDS) -> Queue:
    """The cheapest queue that these processes can share.

    Args:
        lease: seconds after which a process that died is passed over.

    Raises:
        SettingsError: there is none.
    """
    if workers == 1:
        return LocalQueue()
    if redis_url:
        from bot.dialogue.redis_tickets import RedisTickets

        return TicketQueue(RedisTickets(redis_url, lease=lease), lease=lease)
    if database_url.startswith("postgresql"):
        from bot.dialogue.postgres_tickets import PostgresTickets

        return TicketQueue(PostgresTickets(database_url, lease=lease), lease=lease)
    raise SettingsError(
        f"SANIC_WORKERS is {workers}, and several workers need PostgreSQL or Redis to keep each conversation in order:"
        " set DATABASE_URL to a PostgreSQL address, or REDIS_URL, or SANIC_WORKERS to 1."
    )


class Hold:
    """A conversation's lock while somebody has it."""

    __slots__ = ("conversation_id", "place", "queue", "users")

    def __init__(self, queue: Queue, conversation_id: str, place: Any) -> None:
        self.queue = queue
        self.conversation_id = conversation_id
        self.place = place
        self.users = 1  # how many `async with` blocks are inside; 0 once it is free


# What the running task holds, itself or through the task that began it. A task may outlive the hold it began in
# (a reminder set during a turn, for example): then `users` is 0 and it queues like anybody else.
_holds: ContextVar[tuple[Hold, ...]] = ContextVar("holds", default=())


class Lock:
    """What `ClinicLockStore.lock` returns."""

    __slots__ = ("_before", "_conversation_id", "_hold", "_queue")

    def __init__(self, queue: Queue, conversation_id: str) -> None:
        self._queue = queue
        self._conversation_id = conversation_id

    async def __aenter__(self) -> None:
        self._before = tuple(hold for hold in _holds.get() if hold.users)
        for hold in self._before:
            if hold.conversation_id == self._conversation_id and hold.queue is self._queue:
                hold.users += 1
                self._hold = hold
                return
        self._hold = Hold(self._queue, self._conversation_id, await self._queue.enter(self._conversation_id))
        _holds.set((*self._before, self._hold))

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _holds.set(self._before)
        self._hold.users -= 1
        if not self._hold.users:
            await self._queue.leave(self._hold.place)
