"""Tickets in Redis: a list for the order and a sorted set of when each expires, changed by scripts that nothing interrupts.

Every time is Redis' own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from rasa.core.lock_store import LockError
from redis.asyncio import Redis  # type: ignore[import-untyped]
from redis.exceptions import ConnectionError as RedisConnectionError  # type: ignore[import-untyped]
from redis.exceptions import RedisError

from bot.errors import where

logger = logging.getLogger(__name__)

PREFIX = "clinic:turn"
TIMEOUT_SECONDS = 2.0
PAUSE_SECONDS = 0.5  # before the connection that hears news is made again

_PROLOGUE = """
local moment = redis.call('TIME')
local now = moment[1] * 1000 + math.floor(moment[2] / 1000)
local function expire(line, leases)
    for _, ticket in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', '(' .. now)) do
        redis.call('LREM', line, 0, ticket)
        redis.call('ZREM', leases, ticket)
    end
end
local function extend(line, leases, ticket, milliseconds)
    redis.call('ZADD', leases, now + milliseconds, ticket)
    redis.call('PEXPIRE', line, 10 * milliseconds)
    redis.call('PEXPIRE', leases, 10 * milliseconds)
end
"""

_TAKE = (
    _PROLOGUE
    + """
expire(KEYS[1], KEYS[2])
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then redis.call('RPUSH', KEYS[1], ARGV[1]) end
extend(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
return redis.call('LINDEX', KEYS[1], 0) == ARGV[1]
"""
)

_ADVANCE = (
    _PROLOGUE
    + """
redis.call('LREM', KEYS[1], 0, ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
expire(KEYS[1], KEYS[2])
local first = redis.call('LINDEX', KEYS[1], 0)
if not first then return '' end
local process = string.match(first, '^[^-]*')
if process ~= ARGV[2] then redis.call('PUBLISH', ARGV[3] .. ':' .. process, first) end
return first
"""
)

_RENEW = (
    _PROLOGUE
    + """
local standing = {}
for number = 2, #ARGV do
    local line, leases = KEYS[2 * number - 3], KEYS[2 * number - 2]
    if redis.call('ZSCORE', leases, ARGV[number]) then
        extend(line, leases, ARGV[number], ARGV[1])
        table.insert(standing, ARGV[number])
    end
end
return standing
"""
)


class RedisTickets:
    """See `Tickets`. A Redis that forgets, forgets the queues, too: those who wait queue again."""

    def __init__(self, url: str, *, lease: float) -> None:
        self._url = url
        self._lease = int(lease * 1000)
        self._process = ""

    def start(self, process: str, *, on_first: Callable[[str], None], on_missed: Callable[[], None]) -> None:
        self._process = process
        # One connection, so that a ticket is never given back before it is taken; sent again where that was lost.
        self._redis = Redis.from_url(
            self._url,
            decode_responses=True,
            single_connection_client=True,
            client_name=f"clinic-turns-{process}",
            socket_timeout=TIMEOUT_SECONDS,
            retry_on_error=[RedisConnectionError],
        )
        self._take, self._advance, self._renew = map(self._redis.register_script, (_TAKE, _ADVANCE, _RENEW))
        self._hearing = asyncio.create_task(self._hear(on_first, on_missed))

    async def take(self, conversation_id: str, ticket: str) -> bool:
        return bool(await self._run(self._take, _keys(conversation_id), [ticket, self._lease]))

    async def advance(self, conversation_id: str, leaving: str = "") -> str:
        return str(await self._run(self._advance, _keys(conversation_id), [leaving, self._process, PREFIX]))

    async def renew(self, tickets: list[tuple[str, str]]) -> set[str]:
        keys = [key for conversation_id, _ in tickets for key in _keys(conversation_id)]
        return set(await self._run(self._renew, keys, [self._lease, *(ticket for _, ticket in tickets)]))

    async def close(self) -> None:
        self._hearing.cancel()
        await asyncio.wait({self._hearing})
        await self._redis.close()

    async def _run(self, script: Any, keys: list[str], values: list[Any]) -> Any:
        try:
            return await script(keys, values)
        except RedisError as error:
            raise LockError("Redis, which keeps the queue of each conversation, does not answer.") from error

    async def _hear(self, on_first: Callable[[str], None], on_missed: Callable[[], None]) -> None:
        redis = Redis.from_url(
            self._url,
            decode_responses=True,
            client_name=f"clinic-turns-{self._process}",
            socket_connect_timeout=TIMEOUT_SECONDS,
            socket_keepalive=True,
        )
        try:
            while True:
                try:
                    await self._hear_once(redis, on_first, on_missed)
                except RedisError as error:
                    logger.warning("Redis is not listened to: %s", where(error))
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            await redis.close()

    async def _hear_once(
        self, redis: Any, on_first: Callable[[str], None], on_missed: Callable[[], None]
    ) -> None:
        async with redis.pubsub() as news:
            await news.subscribe(f"{PREFIX}:{self._process}")
            while True:
                message = await news.get_message(timeout=None)
                if message and message["type"] == "subscribe":
                    on_missed()
                elif message:
                    on_first(message["data"])


def _keys(conversation_id: str) -> list[str]:
    """The line and the leases; the braces keep both on one node of a cluster."""
    return [f"{PREFIX}:{{{conversation_id}}}:line", f"{PREFIX}:{{{conversation_id}}}:leases"]
