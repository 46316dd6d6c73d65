"""A process of its own that holds its place in one conversation's queue and waits in another's, until it is killed.

Arguments: `postgresql` or `redis`, the address, the lease in seconds, the conversation to hold, the one to wait for.
Says `ready` on its output.
"""

from __future__ import annotations

import asyncio
import sys

from bot.dialogue.ticket_queue import TicketQueue, Tickets


async def hold_and_wait(kind: str, address: str, lease: str, held: str, wanted: str) -> None:
    queue = TicketQueue(_tickets(kind, address, float(lease)), lease=float(lease))
    await queue.enter(held)
    waiting = asyncio.create_task(queue.enter(wanted))
    await asyncio.sleep(0.2)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await waiting


def _tickets(kind: str, address: str, lease: float) -> Tickets:
    if kind == "redis":
        from bot.dialogue.redis_tickets import RedisTickets

        return RedisTickets(address, lease=lease)
    from bot.dialogue.postgres_tickets import PostgresTickets

    return PostgresTickets(address, lease=lease)


if __name__ == "__main__":
    asyncio.run(hold_and_wait(*sys.argv[1:]))
