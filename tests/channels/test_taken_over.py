"""While a person has a conversation Rasa does not run; only an emergency is still told what to do."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from bot.channels.last_resort import emergency_reply
from bot.conversations.handoff import open_handoffs
from bot.conversations.history import messages_after
from bot.conversations.inbound import replies_to
from bot.conversations.models import Conversation, Inbound
from bot.conversations.outbox import list_waiting
from bot.conversations.replies import Reply
from bot.conversations.takeover import hand_back, take_over
from bot.database import Database, now
from bot.settings import PROJECT_DIR, Clinic, Handover, Settings, load_clinic, load_settings
from tests.support.conversations import received, started
from tests.support.turns import answer_waiting, replies, turns

HANDOVER = Handover()
EMERGENCY = "i cant breathe my throat is closing"


@pytest.fixture
def conversation_id(database: Database) -> str:
    return started(database)


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(data_dir=PROJECT_DIR / "var", smtp_url="", alert_webhook_url="https://alerts.example/")


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return load_clinic(PROJECT_DIR / "clinic.toml")


def taken(database: Database, conversation_id: str) -> None:
    with database.transaction() as session:
        take_over(session, conversation_id, by="Example Nurse", now=now(), handover=HANDOVER)


def given_back(database: Database, conversation_id: str) -> None:
    with database.transaction() as session:
        hand_back(session, conversation_id, by="Example Nurse", handover=HANDOVER)


def chat(database: Database, conversation_id: str) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(row.sender, row.text) for row in messages_after(session, conversation_id, 0)]


def replies_of(database: Database, conversation_id: str, message_id: str) -> list[Any] | None:
    with database.reading() as session:
        return replies_to(session, conversation_id, message_id)


def test_message_waits_for_the_person_alone(
    database: Database, agent: Agent, conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    async def refuse(message: UserMessage) -> None:
        raise AssertionError("Rasa ran")

    taken(database, conversation_id)
    received(database, conversation_id, "m1", text="hello")
    with monkeypatch.context() as patched:
        patched.setattr(agent, "handle_message", refuse)
        answer_waiting(database, agent, conversation_id, on_change=lambda kind, _: shown.append(kind))
    assert chat(database, conversation_id) == [("bot", HANDOVER.joined), ("visitor", "hello")]
    assert replies_of(database, conversation_id, "m1") == []
    assert shown == ["message"]  # nobody is shown that the assistant writes


def test_assistant_answers_again_after_the_person_has_left(
    database: Database, agent: Agent, conversation_id: str
) -> None:
    received(database, conversation_id, "m1", text="hello")
    answer_waiting(database, agent, conversation_id)
    taken(database, conversation_id)
    received(database, conversation_id, "m2", text="hello")
    answer_waiting(database, agent, conversation_id)
    given_back(database, conversation_id)
    received(database, conversation_id, "m3", text="bye")
    said = answer_waiting(database, agent, conversation_id)
    assert [row.inbound_id for row in said] == ["m1", None, None, "m3"]


def test_form_that_a_person_came_into_does_not_go_on(
    database: Database, agent: Agent, conversation_id: str
) -> None:
    received(database, conversation_id, "m1", text="hello")
    answer_waiting(database, agent, conversation_id)
    asyncio.run(_in_a_form(agent, conversation_id))
    taken(database, conversation_id)
    given_back(database, conversation_id)
    received(database, conversation_id, "m2", text="hello")
    said = answer_waiting(database, agent, conversation_id)[-1]
    assert (said.inbound_id, said.outcome) == ("m2", "smalltalk")
    tracker = asyncio.run(agent.tracker_store.retrieve(conversation_id))
    assert (tracker.active_loop_name, tracker.get_slot("requested_slot")) == (None, None)
    assert tracker.get_slot("offer") == "nothing"


async def _in_a_form(agent: Agent, conversation_id: str) -> None:
    from rasa.shared.core.events import ActiveLoop, SlotSet

    tracker = await agent.tracker_store.retrieve(conversation_id)
    for event in (
        ActiveLoop("handoff_form"),
        SlotSet("requested_slot", "name"),
        SlotSet("offer", "consultation"),
    ):
        tracker.update(event, agent.domain)
    await agent.tracker_store.save(tracker)


def test_it_survives_a_restart(database: Database, agent: Agent, conversation_id: str) -> None:
    taken(database, conversation_id)
    received(database, conversation_id, "m1", text="hello")

    async def resume() -> None:
        running = turns(database, agent)
        await running.resume(all_of_it=True)
        await asyncio.gather(*running._tasks)

    asyncio.run(resume())
    assert replies_of(database, conversation_id, "m1") == []
    assert len(replies(database, conversation_id)) == 1


def test_turn_that_runs_while_a_person_joins_still_goes_through(
    database: Database, agent: Agent, conversation_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = agent.processor.handle_message

    async def joined_meanwhile(message: UserMessage) -> None:
        await asyncio.to_thread(taken, database, conversation_id)
        await handle(message)

    received(database, conversation_id, "m1", text="hello")
    received(database, conversation_id, "m2", text="bye")
    with monkeypatch.context() as patched:
        patched.setattr(agent.processor, "handle_message", joined_meanwhile)
        answer_waiting(database, agent, conversation_id)
    said = chat(database, conversation_id)
    assert said[2] == ("bot", HANDOVER.joined)
    assert said[3][1].startswith("Hello")
    assert len(said) == 4
    assert replies_of(database, conversation_id, "m2") == []


def test_person_who_leaves_while_a_message_is_heard_leaves_it_to_the_assistant(
    database: Database, agent: Agent, conversation_id: str
) -> None:
    def left_meanwhile(message: Inbound, heard: str | None) -> Reply | None:
        given_back(database, conversation_id)
        return None

    taken(database, conversation_id)
    received(database, conversation_id, "m1", text="hello")
    said = answer_waiting(database, agent, conversation_id, emergency=left_meanwhile)
    assert [row.inbound_id for row in said] == [None, None, "m1"]


def test_next_message_ends_an_idle_takeover_first(
    database: Database, agent: Agent, conversation_id: str
) -> None:
    taken(database, conversation_id)
    received(database, conversation_id, "m1", text="hello")
    answer_waiting(database, agent, conversation_id)
    with database.transaction() as session:
        ago = now() - timedelta(minutes=HANDOVER.takeover_idle_minutes)
        session.execute(update(Conversation).values(taken_over_at=ago))
    received(database, conversation_id, "m2", text="hello")
    said = answer_waiting(database, agent, conversation_id)
    assert [row.text for row in said[:2]] == [HANDOVER.joined, HANDOVER.left]
    assert said[2].inbound_id == "m2"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (EMERGENCY, "urgent"),
        ("i sound like a squeaky gate every time i draw air in", "urgent"),  # only the model hears it
        ("I want to kill myself", "crisis"),
    ],
)
def test_emergency_is_told_what_to_do_although_a_person_has_it(
    database: Database,
    agent: Agent,
    conversation_id: str,
    settings: Settings,
    clinic: Clinic,
    text: str,
    level: str,
) -> None:
    def speak_up(message: Inbound, heard: str | None) -> Reply | None:
        return emergency_reply(message, heard, database, settings, clinic)

    taken(database, conversation_id)
    received(database, conversation_id, "m1", text=text)
    received(database, conversation_id, "m2", text="how long is recovery")
    answer_waiting(database, agent, conversation_id, emergency=speak_up)
    (reply,) = replies_of(database, conversation_id, "m1") or []
    assert (reply.text, reply.outcome, reply.choices) == (clinic.urgent_care.wording(level), "urgent", [])
    assert replies_of(database, conversation_id, "m2") == []
    with database.reading() as session:
        assert [(row.reason, row.status) for row in open_handoffs(session)] == [(level, "waiting")]
        assert [row.payload["reason"] for row in list_waiting(session)] == [level]
        assert session.get(Conversation, conversation_id).taken_over_by == "Example Nurse"


def test_signs_that_are_urgent_only_together_are_heard(database: Database, agent: Agent) -> None:
    heard: dict[str, str | None] = {}

    def listen(message: Inbound, level: str | None) -> Reply | None:
        heard[message.message_id] = level
        return None

    first, second = "a red spot, the size of a coin an hour ago", "it covers half my cheek now"
    for texts in ({"m1": first, "m2": second}, {"m3": second}):
        conversation_id = started(database)
        taken(database, conversation_id)
        for message_id, text in texts.items():
            received(database, conversation_id, message_id, text=text)
        answer_waiting(database, agent, conversation_id, emergency=listen)
    assert heard["m2"] == "urgent"
    assert "urgent" not in (heard["m1"], heard["m3"])


def test_emergency_that_cannot_be_put_before_staff_is_tried_again(
    database: Database, agent: Agent, conversation_id: str
) -> None:
    def away(message: Inbound, heard: str | None) -> Reply | None:
        raise OperationalError("INSERT", None, Exception("away"))

    taken(database, conversation_id)
    received(database, conversation_id, "m1", text=EMERGENCY)
    with pytest.raises(OperationalError):
        answer_waiting(database, agent, conversation_id, emergency=away)
    assert replies_of(database, conversation_id, "m1") is None
    answer_waiting(database, agent, conversation_id, emergency=lambda *_: Reply("Call now.", outcome="urgent"))
    assert [row.text for row in replies_of(database, conversation_id, "m1") or []] == ["Call now."]


def test_understanding_that_hangs_does_not_silence_the_rules(
    database: Database,
    agent: Agent,
    conversation_id: str,
    settings: Settings,
    clinic: Clinic,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def hang(*_: Any) -> None:
        await asyncio.sleep(60)

    def speak_up(message: Inbound, heard: str | None) -> Reply | None:
        return emergency_reply(message, heard, database, settings, clinic)

    taken(database, conversation_id)
    received(database, conversation_id, "m1", text=EMERGENCY)
    with monkeypatch.context() as patched:
        patched.setattr("bot.dialogue.closing.UNDERSTAND_SECONDS", 0.05)
        patched.setattr(agent.processor, "parse_message", hang)
        answer_waiting(database, agent, conversation_id, emergency=speak_up)
    assert [row.outcome for row in replies_of(database, conversation_id, "m1") or []] == ["urgent"]


def test_what_is_no_emergency_is_the_persons(
    database: Database, conversation_id: str, settings: Settings, clinic: Clinic
) -> None:
    message = Inbound(conversation_id=conversation_id, message_id="m1", text="yellow pus is coming out")
    assert emergency_reply(message, "concerning", database, settings, clinic) is None
    with database.reading() as session:
        assert open_handoffs(session) == []
