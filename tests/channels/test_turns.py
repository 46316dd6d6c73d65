"""A turn's replies are stored once; a turn that fails or says nothing gets the safe reply."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from bot.channels.turns import Turns
from bot.conversations import inbound
from bot.conversations.history import messages_after
from bot.conversations.inbound import Choice, Reply
from bot.database import Database

SAFE = Reply("Something went wrong.", outcome="handoff")


@pytest.fixture
def conversation_id(database: Database) -> str:
    with database.transaction() as session:
        return inbound.start_conversation(session, channel="widget")


def receive(database: Database, conversation_id: str, message_id: str, **content: Any) -> None:
    with database.transaction() as session:
        inbound.receive(session, conversation_id, message_id, per_minute=20, **content)


def answered(
    database: Database, conversation_id: str, handle: Callable[[UserMessage], Awaitable[None]]
) -> list[tuple[str, str | None]]:
    """Run what waits, and return every reply's text and outcome."""

    async def run() -> None:
        turns = Turns(database, "widget", handle=handle, safe_reply=lambda message: SAFE)
        await turns.start(conversation_id)

    asyncio.run(run())
    with database.reading() as session:
        messages = messages_after(session, conversation_id, 0)
    return [(message.text, message.outcome) for message in messages if message.sender == "bot"]


async def echo(message: UserMessage) -> None:
    await message.output_channel.send_response("", {"text": f"{message.text}!", "outcome": "answered"})


async def fail(message: UserMessage) -> None:
    raise RuntimeError("no model")


async def stay_silent(message: UserMessage) -> None:
    return None


def test_replies_are_stored_in_order(database: Database, conversation_id: str) -> None:
    receive(database, conversation_id, "m1", text="one")
    receive(database, conversation_id, "m2", text="two")
    assert answered(database, conversation_id, echo) == [("one!", "answered"), ("two!", "answered")]


@pytest.mark.parametrize("handle", [fail, stay_silent])
def test_turn_without_a_reply_gets_the_safe_one(
    database: Database, conversation_id: str, handle: Callable[[UserMessage], Awaitable[None]]
) -> None:
    receive(database, conversation_id, "m1", text="one")
    assert answered(database, conversation_id, handle) == [("Something went wrong.", "handoff")]


def test_turn_that_hangs_gets_the_safe_reply(
    database: Database, conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(message: UserMessage) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr("bot.channels.turns.TURN_SECONDS", 0.05)
    receive(database, conversation_id, "m1", text="one")
    assert answered(database, conversation_id, hang) == [("Something went wrong.", "handoff")]


def test_marks_of_a_domain_response_are_found_where_rasa_nests_them(
    database: Database, conversation_id: str
) -> None:
    async def greet(message: UserMessage) -> None:
        await message.output_channel.send_response("", {"text": "hi", "metadata": {"outcome": "smalltalk"}})

    receive(database, conversation_id, "m1", text="hello")
    assert answered(database, conversation_id, greet) == [("hi", "smalltalk")]


def test_choice_reaches_rasa_as_its_intent_with_its_title(database: Database, conversation_id: str) -> None:
    seen: list[UserMessage] = []

    async def remember(message: UserMessage) -> None:
        seen.append(message)

    with database.transaction() as session:
        inbound.receive(session, conversation_id, "m1", text="?", per_minute=20)
    with database.transaction() as session:
        inbound.answer(
            session, conversation_id, "m1", [Reply("which?", choices=[Choice("Price", "/ask_price")])]
        )
    receive(database, conversation_id, "m2", choice_id="m1.0.0")
    answered(database, conversation_id, remember)
    assert seen[0].text == "Price"
    assert seen[0].parse_data["intent"]["name"] == "ask_price"
    assert seen[0].message_id == "m2"


def test_what_an_earlier_process_left_is_answered(database: Database, conversation_id: str) -> None:
    receive(database, conversation_id, "m1", text="one")

    async def resume() -> None:
        turns = Turns(database, "widget", handle=echo, safe_reply=lambda message: SAFE)
        await turns.resume()
        async with turns.lock(conversation_id):
            pass
        await asyncio.gather(*turns._tasks)

    asyncio.run(resume())
    with database.reading() as session:
        assert inbound.unanswered_conversations(session, channel="widget") == []


def test_visitor_who_leaves_does_not_cancel_the_turn(database: Database, conversation_id: str) -> None:
    receive(database, conversation_id, "m1", text="one")

    async def slow(message: UserMessage) -> None:
        await asyncio.sleep(0.1)
        await echo(message)

    async def leave() -> None:
        turns = Turns(database, "widget", handle=slow, safe_reply=lambda message: SAFE)
        task = turns.start(conversation_id)
        request = asyncio.ensure_future(asyncio.shield(task))
        await asyncio.sleep(0.02)
        request.cancel()
        await task

    asyncio.run(leave())
    with database.reading() as session:
        assert [m.text for m in messages_after(session, conversation_id, 0)] == ["one", "one!"]
