"""Having the held-out conversations with the whole assistant, through the widget's channel."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from sqlalchemy import select

from actions.cautions import known_cautions
from benchmarks.speed.visitors import http_client
from bot import training
from bot.conversations.models import Event, Message
from bot.database import Database
from bot.settings import load_clinic, load_settings
from tests.faults.house import Clock, with_clock
from tests.support.assistant import running

AT_ONCE = 4
# When every conversation takes place, in the clinic's zone: a Wednesday, so that "on Saturday" means something.
# What a response on a rule of time says, by the beginning of its name.
_VERDICTS = {
    "passed": "yes",
    "yes": "yes",
    "that_day": "yes",
    "gone_by": "yes",
    "not_yet": "not_yet",
    "within": "not_yet",
    "depends": "none",
}
MOMENT = datetime(2026, 5, 13, 15, 0)


@dataclass(frozen=True)
class Seen:
    """What came of one message.

    Args:
        topics: of the replies, in their order; outcome: of the first; text: of all.
        intent: what the message was understood as.
        cautions: what is known of the visitor after it.
        seconds: from sending it to having its reply.
    """

    topics: Sequence[str]
    outcome: str
    text: str
    intent: str
    cautions: frozenset[str]
    seconds: float
    choices: Sequence[str] = ()
    verdict: str = ""


@dataclass(frozen=True)
class Assistant:
    """A running assistant: its widget's address, and its database."""

    url: str
    database: Database


@contextmanager
def assistant(folder: Path) -> Iterator[Assistant]:
    """The whole assistant, trained, whose clock began at `MOMENT`."""
    zone = ZoneInfo(load_clinic(load_settings().clinic_file).time_zone)
    clock = Clock(folder / "clock")
    url = f"sqlite:///{folder}/clinic.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MESSAGES_PER_MINUTE", "1000000")
        patch.setattr(training, "child_environment", with_clock(training.child_environment, clock.file))
        with running(folder, url) as address:
            clock.set((MOMENT.replace(tzinfo=zone) - datetime.now(zone)).total_seconds())
            database = Database(url)
            yield Assistant(address, database)
            database.close()


def visit(place: Assistant, conversations: Sequence[Sequence[str]]) -> list[list[Seen]]:
    """What the assistant says to each message of each conversation."""
    return asyncio.run(_visit_all(place, conversations))


async def _visit_all(place: Assistant, conversations: Sequence[Sequence[str]]) -> list[list[Seen]]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(http: aiohttp.ClientSession, texts: Sequence[str]) -> list[Seen]:
        async with gate:
            return await _visit(http, place, texts)

    async with http_client() as http:
        return await asyncio.gather(*(one(http, texts) for texts in conversations))


async def _visit(http: aiohttp.ClientSession, place: Assistant, texts: Sequence[str]) -> list[Seen]:
    async with http.post(f"{place.url}/sessions", json={}) as answer:
        session = await answer.json()
    headers = {"Authorization": f"Bearer {session['token']}"}
    seen = []
    for text in texts:
        message_id = str(uuid4())
        started = asyncio.get_running_loop().time()
        body = {"id": message_id, "text": text}
        async with http.post(f"{place.url}/messages", json=body, headers=headers) as answer:
            content = await answer.json()
        seconds = asyncio.get_running_loop().time() - started
        if answer.status != 200:
            seen.append(Seen([], f"status {answer.status}", "", "", frozenset(), seconds))
            continue
        intent, cautions = _understood(place.database, session["conversation_id"], message_id)
        verdict = _verdict(place.database, session["conversation_id"])
        seen.append(_seen(content["replies"], intent, cautions, verdict, seconds))
    return seen


def _seen(
    replies: Sequence[dict[str, Any]], intent: str, cautions: frozenset[str], verdict: str, seconds: float
) -> Seen:
    return Seen(
        topics=[topic for reply in replies for topic in reply["topics"]],
        outcome=str(replies[0]["outcome"]),
        text="\n".join(reply["text"] for reply in replies),
        intent=intent,
        cautions=cautions,
        seconds=seconds,
        verdict=verdict,
        choices=[choice["title"] for reply in replies for choice in reply["choices"]],
    )


def _understood(database: Database, conversation_id: str, message_id: str) -> tuple[str, frozenset[str]]:
    query = select(Message.intent).where(
        Message.conversation_id == conversation_id, Message.id == message_id, Message.sender == "visitor"
    )
    with database.reading() as session:
        intent = session.execute(query).scalar_one()
        return str(intent), frozenset(known_cautions(session, conversation_id))


def _verdict(database: Database, conversation_id: str) -> str:
    """What the conversation's last response on a rule of time said; "" where none did."""
    query = (
        select(Event.data)
        .where(Event.conversation_id == conversation_id, Event.type == "bot")
        .order_by(Event.seq)
    )
    with database.reading() as session:
        said = [json.loads(data).get("metadata", {}) for data in session.execute(query).scalars()]
    names = [str(marks.get("utter_action", "")) for marks in said]
    timing = [name.removeprefix("utter_timing_") for name in names if name.startswith("utter_timing_")]
    return next(
        (verdict for start, verdict in _VERDICTS.items() if timing and timing[-1].startswith(start)), ""
    )
