"""A process of its own that listens for news and says each on its output, until it is killed. Argument: the database's address."""

from __future__ import annotations

import asyncio
import sys

from bot.dialogue.signals import Signals


async def listen(database_url: str) -> None:
    signals = Signals(database_url)
    signals.listen(_say)
    await signals.start()
    await asyncio.Event().wait()


def _say(kind: str, conversation_id: str) -> None:
    sys.stdout.write(f"{kind} {conversation_id}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(listen(sys.argv[1]))
