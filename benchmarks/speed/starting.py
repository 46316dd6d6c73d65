"""From the start of a command to the first answer to a real question."""

from __future__ import annotations

import asyncio
import time

import aiohttp

from benchmarks.speed.places import BenchmarkError
from benchmarks.speed.servers import Server
from benchmarks.speed.visitors import CHANNELS, http_client
from bot.supervision import FIRST_QUESTION

POLL_SECONDS = 0.05
START_SECONDS = 300.0


def seconds_to_first_answer(server: Server, since: float) -> float:
    """Ask every 50 ms until a question is answered; returns the seconds since `since`, a `time.monotonic()`.

    Raises:
        BenchmarkError: the command ended, or five minutes went by.
    """
    return asyncio.run(_first_answer(server, since))


async def _first_answer(server: Server, since: float) -> float:
    async with http_client() as http:
        while not await _answers(http, server):
            server.require_running()
            if time.monotonic() - since > START_SECONDS:
                raise BenchmarkError("An assistant did not answer within five minutes.")
            await asyncio.sleep(POLL_SECONDS)
    return time.monotonic() - since


async def _answers(http: aiohttp.ClientSession, server: Server) -> bool:
    visitor = CHANNELS[server.target.channel](http, server.target.url)
    try:
        await visitor.open()
    except (aiohttp.ClientError, TimeoutError):
        return False
    return not (await visitor.ask(FIRST_QUESTION)).fault
