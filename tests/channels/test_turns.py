"""A message gets one set of replies, whatever happens to its turn. Rasa's real agent, without its action server."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import SlotSet
from sqlalchemy import event, select

from bot.channels.turns import TRIES
from bot.conversations.history import messages_after
from bot.conversations.models import Inbound
from bot.conversations.replies import Choice, Reply
from bot.database import Database
from bot.dialogue.tracker_store import ClinicTrackerStore
from tests.support.conversations import answered, received, started
from tests.support.turns import SAFE, answer_waiting, replies, turns


@pytest.fixture
def conversation_id(database: Database) -> str:
    return started(database)


def inbound_rows(database: Database) -> list[Inbound]:
    with database.reading() as session:
        return list(session.execute(select(Inbound).order_by(Inbound.cursor)).scalars())


def test_messages_are_answered_in_order(database: Database, agent: Agent, conversation_id: str) -> None:
    received(database, conversation_id, "m1", text="hello")
    received(database, conversation_id, "m2", text="bye")
    said = answer_waiting(database, agent, conversation_id)
    assert [(row.inbound_id, row.outcome) for row in said] == [("m1", "smalltalk"), ("m2", "smalltalk")]
    assert said[0].text.startswith("Hello")


def test_turn_whose_action_cannot_run_gets_the_safe_reply(
    database: Database, agent: Agent, conversation_id: str
) -> None:
    received(database, conversation_id, "m1", text="how long is recovery")
    (reply,) = answer_waiting(database, agent, conversation_id)
    assert (reply.text, reply.outcome) == (SAFE, "handoff")
    assert "ActionFailedError" in inbound_rows(database)[0].failure


def test_failed_turn_of_a_report_says_what_the_model_hears(
    database: Database, agent: Agent, conversation_id: str
) -> None:
    heard: dict[str, str | None] = {}

    def safe(message: Inbound, failure: str, level: str | None) -> Reply:
        heard[message.message_id] = level
        return Reply(SAFE, outcome="handoff", failure=failure)

    async def run() -> None:
        await turns(database, agent, safe_reply=safe).start(conversation_id)

    received(database, conversation_id, "m1", text="i sound like a squeaky gate every time i draw air in")
    received(database, conversation_id, "m2", text="how long is recovery")
    asyncio.run(run())
    assert heard == {"m1": "urgent", "m2": None}


def test_dialogue_goes_on_after_a_failure(database: Database, agent: Agent, conversation_id: str) -> None:
    received(database, conversation_id, "m1", text="im pregnant, how long is recovery")
    received(database, conversation_id, "m2", text="hello")
    said = answer_waiting(database, agent, conversation_id)
    assert [row.outcome for row in said] == ["handoff", "smalltalk"]
    with database.reading() as session:
        question = messages_after(session, conversation_id, 0)[0]
    assert {"entity": "life_stage", "value": "pregnant"}.items() <= question.entities[0].items()


def test_turn_that_hangs_gets_the_safe_reply(
    database: Database, agent: Agent, conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(message: UserMessage) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr("bot.channels.turns.TURN_SECONDS", 0.05)
    monkeypatch.setattr(agent, "handle_message", hang)
    received(database, conversation_id, "m1", text="hello")
    (reply,) = answer_waiting(database, agent, conversation_id)
    assert reply.text == SAFE
    assert "TimeoutError" in inbound_rows(database)[0].failure


def test_safe_reply_does_not_wait_for_understanding_that_hangs(
    database: Database, agent: Agent, conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: Any) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr("bot.channels.turns.TURN_SECONDS", 0.05)
    monkeypatch.setattr("bot.dialogue.closing.UNDERSTAND_SECONDS", 0.05)
    monkeypatch.setattr(agent, "handle_message", hang)
    monkeypatch.setattr(agent.processor, "parse_message", hang)
    received(database, conversation_id, "m1", text="hello")
    (reply,) = answer_waiting(database, agent, conversation_id)
    assert reply.text == SAFE


def test_turn_on_an_outdated_tracker_is_repeated_on_the_fresh_one(
    database: Database, agent: Agent, conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    elsewhere = ClinicTrackerStore(agent.domain, host=url)
    handle, tries = agent.processor.handle_message, []

    async def overtaken(message: UserMessage) -> None:
        tries.append(message.message_id)
        if len(tries) == 2:
            await someone_else_adds(elsewhere)
        await handle(message)

    async def someone_else_adds(store: ClinicTrackerStore) -> None:
        real_retrieve = agent.tracker_store._tracker_store.retrieve

        async def retrieve_then_overtake(sender_id: str) -> Any:
            tracker = await real_retrieve(sender_id)
            other = await store.retrieve(sender_id)
            other.update(SlotSet("name", "Example"))
            await store.save(other)
            monkeypatch.setattr(agent.tracker_store._tracker_store, "retrieve", real_retrieve)
            return tracker

        monkeypatch.setattr(agent.tracker_store._tracker_store, "retrieve", retrieve_then_overtake)

    monkeypatch.setattr(agent.processor, "handle_message", overtaken)
    received(database, conversation_id, "m1", text="hello")
    received(database, conversation_id, "m2", text="bye")
    said = answer_waiting(database, agent, conversation_id)
    assert tries == ["m1", "m2", "m2"]
    assert [(row.inbound_id, row.outcome) for row in said] == [("m1", "smalltalk"), ("m2", "smalltalk")]


def test_turn_that_is_overtaken_every_time_ends_with_the_safe_reply(
    database: Database, agent: Agent, conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(message: UserMessage) -> None:
        """Rasa's wrapper swallowed the store's error."""

    monkeypatch.setattr(agent, "handle_message", lose)
    received(database, conversation_id, "m1", text="hello")
    (reply,) = answer_waiting(database, agent, conversation_id)
    assert reply.text == SAFE
    assert TRIES > 1


def test_nothing_is_answered_from_an_empty_tracker_while_the_database_is_away(
    database: Database, agent: Agent, conversation_id: str
) -> None:
    received(database, conversation_id, "m1", text="hello")
    answer_waiting(database, agent, conversation_id)
    received(database, conversation_id, "m2", text="hello")

    def refuse(*_: Any) -> None:
        raise RuntimeError("the disk is gone")

    engine = agent.tracker_store._tracker_store._database.engine
    event.listen(engine, "before_cursor_execute", refuse)
    with pytest.raises(RuntimeError):
        answer_waiting(database, agent, conversation_id)
    event.remove(engine, "before_cursor_execute", refuse)
    assert len(replies(database, conversation_id)) == 1

    said = answer_waiting(database, agent, conversation_id)
    assert [row.inbound_id for row in said] == ["m1", "m2"]


def test_choice_reaches_rasa_as_its_intent_with_its_title(
    database: Database, agent: Agent, conversation_id: str
) -> None:
    received(database, conversation_id, "m1", text="?")
    answered(database, conversation_id, "m1", Reply("which?", choices=[Choice("Say goodbye", "/goodbye")]))
    received(database, conversation_id, "m2", choice_id="m1.0.0")
    answer_waiting(database, agent, conversation_id)
    with database.reading() as session:
        chosen, reply = messages_after(session, conversation_id, 2)
    assert (chosen.text, chosen.intent) == ("Say goodbye", "goodbye")
    assert reply.outcome == "smalltalk"


def test_what_an_earlier_process_left_is_answered(
    database: Database, agent: Agent, conversation_id: str
) -> None:
    received(database, conversation_id, "m1", text="hello")

    async def resume() -> None:
        running = turns(database, agent)
        await running.resume(all_of_it=True)
        await asyncio.gather(*running._tasks)

    asyncio.run(resume())
    assert [row.inbound_id for row in replies(database, conversation_id)] == ["m1"]


def test_visitor_who_leaves_does_not_cancel_the_turn(
    database: Database, agent: Agent, conversation_id: str
) -> None:
    received(database, conversation_id, "m1", text="hello")

    async def leave() -> None:
        task = turns(database, agent).start(conversation_id)
        request = asyncio.ensure_future(asyncio.shield(task))
        await asyncio.sleep(0.002)
        request.cancel()
        await task

    asyncio.run(leave())
    assert len(replies(database, conversation_id)) == 1


def test_twenty_turns_at_once_of_one_conversation_keep_their_order(
    database: Database, agent: Agent, conversation_id: str
) -> None:
    for number in range(20):
        received(database, conversation_id, f"m{number:02}", text="hello")

    async def all_at_once() -> None:
        running = turns(database, agent)
        await asyncio.gather(*(running.start(conversation_id) for _ in range(20)))

    asyncio.run(all_at_once())
    assert [row.inbound_id for row in replies(database, conversation_id)] == [f"m{n:02}" for n in range(20)]


def test_failure_of_a_turn_nobody_waits_for_is_logged_without_words(
    database: Database, agent: Agent, conversation_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    received(database, conversation_id, "m1", text="my secret")

    def broken(message: Inbound, failure: str) -> Reply:
        raise RuntimeError(message.text)

    async def run() -> None:
        running = turns(database, agent, safe_reply=broken)
        await asyncio.wait([running.start(conversation_id)])
        await asyncio.sleep(0)

    with caplog.at_level(logging.ERROR, logger="bot"):
        asyncio.run(run())
    assert "left unanswered" in caplog.text
    assert "my secret" not in "".join(r.getMessage() for r in caplog.records if r.name.startswith("bot"))
