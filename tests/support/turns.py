"""Running a conversation's turns without a server."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa.core.agent import Agent

from bot.channels.taken_over import TakenOver
from bot.channels.turns import Turns
from bot.conversations.history import messages_after
from bot.conversations.models import Inbound
from bot.conversations.replies import Reply
from bot.database import Database
from bot.settings import Handover

SAFE = "Something went wrong."


def turns(database: Database, agent: Agent, **options: Any) -> Turns:
    """The turns of the widget's channel, on the agent as it is."""

    def safe(message: Inbound, failure: str, heard: str | None) -> Reply:
        return Reply(SAFE, outcome="handoff", failure=failure)

    def calm(message: Inbound, heard: str | None) -> Reply | None:
        return None

    emergency = options.pop("emergency", calm)
    taken_over = TakenOver(database, agent=lambda: agent, handover=Handover(), emergency=emergency)
    told = {"safe_reply": safe, "taken_over": taken_over, **options}
    return Turns(database, "widget", agent=lambda: agent, **told)


def answer_waiting(database: Database, agent: Agent, conversation_id: str, **options: Any) -> list[Any]:
    """Run what waits, and return every reply."""

    async def run() -> None:
        await turns(database, agent, **options).start(conversation_id)

    asyncio.run(run())
    return replies(database, conversation_id)


def replies(database: Database, conversation_id: str) -> list[Any]:
    """What the assistant has said."""
    with database.reading() as session:
        return [row for row in messages_after(session, conversation_id, 0) if row.sender == "bot"]
