"""What a turn did is committed once, or not at all; a conversation is resumed from its last turns."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from bot.conversations.conversation import ConversationGoneError
from bot.conversations.models import Conversation, Inbound, Message, Outgoing
from bot.conversations.models import Event as StoredEvent
from bot.conversations.privacy import erase_conversation
from bot.conversations.turn import AlreadyAnsweredError, SilentTurnError, StaleConversationError
from bot.database import Database
from bot.dialogue.adjustments import failed_action
from bot.dialogue.current_turn import running_turn
from bot.dialogue.tracker_cache import TrackerCache
from bot.dialogue.tracker_store import ActionFailedError, ClinicTrackerStore, ForeignTrackerError
from bot.dialogue.window import TURNS
from tests.support.conversations import received, started

T = TypeVar("T")

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [greet, ask]
slots:
  name: {type: text, mappings: [{type: custom}]}
  offer: {type: text, mappings: [{type: custom}]}
forms:
  booking_form: {required_slots: [name]}
"""
)


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


@pytest.fixture
def store(database: Database) -> Iterator[ClinicTrackerStore]:
    store = new_store(database)
    yield store
    store._database.close()


def new_store(database: Database) -> ClinicTrackerStore:
    """As another process would have one."""
    return ClinicTrackerStore(DOMAIN, host=database.engine.url.render_as_string(hide_password=False))


def turn(message_id: str, *more: Event, text: str = "hi", reply: str | None = "hello") -> list[Event]:
    """The events of one turn."""
    said = [BotUttered(reply, metadata={"outcome": "answered", "topics": ["scars"]})] if reply else []
    parse_data = {"intent_ranking": [{"name": "ask", "confidence": 0.9}]}
    user = UserUttered(text, {"name": "ask", "confidence": 0.9}, [], parse_data, input_channel="widget")
    user.message_id = message_id
    return [user, *more, ActionExecuted("action_answer"), *said, ActionExecuted("action_listen")]


async def taken(store: ClinicTrackerStore, conversation_id: str) -> DialogueStateTracker:
    return await store.get_or_create_tracker(conversation_id, append_action_listen=False)


async def take_turn(store: ClinicTrackerStore, conversation_id: str, events: list[Event]) -> None:
    tracker = await taken(store, conversation_id)
    for event in events if tracker.events else [ActionExecuted("action_listen"), *events]:
        tracker.update(event, DOMAIN)
    await store.save(tracker)


def answered_turn(database: Database, store: ClinicTrackerStore, conversation_id: str, number: int) -> None:
    received(database, conversation_id, f"m{number}", text=f"question {number}")
    run(take_turn(store, conversation_id, turn(f"m{number}", text=f"question {number}")))


def chat(database: Database, conversation_id: str) -> list[tuple[int, str, str]]:
    with database.reading() as session:
        query = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.cursor)
        return [(row.cursor, row.sender, row.text) for row in session.execute(query).scalars()]


def numbers(database: Database, conversation_id: str) -> list[int]:
    with database.reading() as session:
        query = select(StoredEvent.seq).where(StoredEvent.conversation_id == conversation_id)
        return sorted(session.execute(query).scalars())


def unanswered(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.execute(select(Inbound.message_id).where(Inbound.answered_at.is_(None))).scalars())


def test_turn_is_stored_as_events_and_as_messages(database: Database, store: ClinicTrackerStore) -> None:
    conversation_id = started(database)
    answered_turn(database, store, conversation_id, 1)
    answered_turn(database, store, conversation_id, 2)

    assert numbers(database, conversation_id) == list(range(1, 10))
    assert chat(database, conversation_id) == [
        (1, "visitor", "question 1"),
        (2, "bot", "hello"),
        (3, "visitor", "question 2"),
        (4, "bot", "hello"),
    ]
    assert unanswered(database) == []


def test_message_tells_what_was_understood_and_reply_where_it_came_from(
    database: Database, store: ClinicTrackerStore
) -> None:
    conversation_id = started(database)
    received(database, conversation_id, "m1", text="hi")

    async def one_turn() -> None:
        tracker = await taken(store, conversation_id)
        tracker.model_id = "model-1"
        for event in turn("m1"):
            tracker.update(event, DOMAIN)
        await store.save(tracker)

    run(one_turn())
    with database.reading() as session:
        question, reply = session.execute(select(Message).order_by(Message.cursor)).scalars()
    assert (question.intent, question.confidence) == ("ask", 0.9)
    assert question.ranking == [{"name": "ask", "confidence": 0.9}]
    assert (reply.model_version, reply.topics, reply.outcome) == ("model-1", ["scars"], "answered")
    assert (reply.inbound_id, reply.reply_index, reply.channel) == ("m1", 0, "widget")


def test_tracker_comes_back_as_it_was_in_another_process(database: Database, store: ClinicTrackerStore) -> None:
    conversation_id = started(database)
    received(database, conversation_id, "m1", text="hi")
    run(take_turn(store, conversation_id, turn("m1", SlotSet("name", "Example"), ActiveLoop("booking_form"))))

    here = run(store.retrieve(conversation_id))
    there = run(new_store(database).retrieve(conversation_id))
    assert here is not None
    assert there is not None
    assert list(there.events) == list(here.events)
    assert (there.get_slot("name"), there.active_loop_name) == ("Example", "booking_form")


def test_only_the_last_turns_are_replayed_and_the_state_before_them_is_kept(
    database: Database, store: ClinicTrackerStore
) -> None:
    conversation_id = started(database)
    received(database, conversation_id, "m0", text="hi")
    run(take_turn(store, conversation_id, turn("m0", SlotSet("name", "Example"), ActiveLoop("booking_form"))))
    for number in range(1, 3 * TURNS):
        answered_turn(database, store, conversation_id, number)

    for tracker in (run(store.retrieve(conversation_id)), run(new_store(database).retrieve(conversation_id))):
        assert tracker is not None
        said = [event.text for event in tracker.events if isinstance(event, UserUttered)]
        assert said == [f"question {number}" for number in range(2 * TURNS, 3 * TURNS)]
        assert (tracker.get_slot("name"), tracker.active_loop_name) == ("Example", "booking_form")
        replayed = DialogueStateTracker.from_events(conversation_id, list(tracker.events), DOMAIN.slots)
        assert replayed.current_slot_values() == tracker.current_slot_values()
    full = run(store.retrieve_full_tracker(conversation_id))
    assert full is not None
    assert len(full.events) == len(numbers(database, conversation_id)) == 1 + 6 + 4 * (3 * TURNS - 1)


def test_conversation_without_events_has_no_tracker(database: Database, store: ClinicTrackerStore) -> None:
    assert run(store.retrieve("0" * 32)) is None
    assert run(store.retrieve(started(database))) is None
    assert run(store.exists("0" * 32)) is False


def test_turn_on_an_outdated_tracker_is_refused_and_changes_nothing(
    database: Database, store: ClinicTrackerStore
) -> None:
    conversation_id = started(database)
    answered_turn(database, store, conversation_id, 1)
    received(database, conversation_id, "m2", text="hi")
    outdated = run(store.retrieve(conversation_id))
    assert outdated is not None
    answered_turn(database, new_store(database), conversation_id, 3)
    before = chat(database, conversation_id)

    for event in turn("m2"):
        outdated.update(event, DOMAIN)
    with pytest.raises(StaleConversationError):
        run(store.save(outdated))
    assert chat(database, conversation_id) == before
    assert unanswered(database) == ["m2"]


def test_cached_tracker_that_another_process_overtook_is_read_again(
    database: Database, store: ClinicTrackerStore
) -> None:
    conversation_id = started(database)
    answered_turn(database, store, conversation_id, 1)
    answered_turn(database, new_store(database), conversation_id, 2)
    answered_turn(database, store, conversation_id, 3)
    assert [text for _, sender, text in chat(database, conversation_id) if sender == "visitor"] == [
        "question 1",
        "question 2",
        "question 3",
    ]
    assert numbers(database, conversation_id) == list(range(1, 14))


def test_second_set_of_replies_is_refused(database: Database, store: ClinicTrackerStore) -> None:
    conversation_id = started(database)
    answered_turn(database, store, conversation_id, 1)
    with pytest.raises(AlreadyAnsweredError):
        run(take_turn(store, conversation_id, turn("m1", reply="something else")))
    assert [text for _, _, text in chat(database, conversation_id)] == ["question 1", "hello"]


def test_turn_that_says_nothing_is_not_stored(database: Database, store: ClinicTrackerStore) -> None:
    conversation_id = started(database)
    received(database, conversation_id, "m1", text="hi")
    with pytest.raises(SilentTurnError):
        run(take_turn(store, conversation_id, turn("m1", reply=None)))
    assert numbers(database, conversation_id) == []
    assert unanswered(database) == ["m1"]


def test_tracker_is_not_reused_after_a_save_that_failed(database: Database, store: ClinicTrackerStore) -> None:
    conversation_id = started(database)
    answered_turn(database, store, conversation_id, 1)
    received(database, conversation_id, "m2", text="hi")
    with pytest.raises(SilentTurnError):
        run(take_turn(store, conversation_id, turn("m2", SlotSet("name", "lost"), reply=None)))
    tracker = run(store.retrieve(conversation_id))
    assert tracker is not None
    assert tracker.get_slot("name") is None


def test_history_cannot_be_replaced(database: Database, store: ClinicTrackerStore) -> None:
    conversation_id = started(database)
    answered_turn(database, store, conversation_id, 1)
    forged = DialogueStateTracker.from_events(conversation_id, turn("m9", reply="I never said that"))
    with pytest.raises(ForeignTrackerError):
        run(store.save(forged))
    assert "I never said that" not in str(chat(database, conversation_id))


def test_tracker_begun_because_the_database_was_away_overwrites_nothing(
    database: Database, store: ClinicTrackerStore
) -> None:
    """Rasa's wrapper takes a failed read for a new conversation."""
    conversation_id = started(database)
    answered_turn(database, store, conversation_id, 1)

    async def begin_anew() -> None:
        wrapper = FailSafeTrackerStore(store)
        tracker = await wrapper.create_tracker(conversation_id, append_action_listen=False)
        for event in turn("m1"):
            tracker.update(event, DOMAIN)
        await store.save(tracker)

    with pytest.raises(StaleConversationError):
        run(begin_anew())


def test_erased_conversation_cannot_go_on(database: Database, store: ClinicTrackerStore) -> None:
    conversation_id = started(database)
    answered_turn(database, store, conversation_id, 1)
    tracker = run(store.retrieve(conversation_id))
    assert tracker is not None
    with database.transaction() as session:
        erase_conversation(session, conversation_id, [])
    tracker.update(BotUttered("late"), DOMAIN)
    with pytest.raises(ConversationGoneError):
        run(store.save(tracker))
    with pytest.raises(ConversationGoneError):
        run(store.retrieve(conversation_id))


def test_conversation_of_rasas_own_channels_is_kept_as_well(
    database: Database, store: ClinicTrackerStore
) -> None:
    events = turn("r1", text="through the API")
    events[0].input_channel = "rest"
    run(take_turn(store, "somebody", events))
    assert chat(database, "somebody") == [(1, "visitor", "through the API"), (2, "bot", "hello")]
    assert list(run(store.keys())) == ["somebody"]
    with database.reading() as session:
        assert session.get(Conversation, "somebody").channel == "rest"


def test_reply_on_a_channel_that_pushes_enters_the_outbox_with_it(
    database: Database, store: ClinicTrackerStore
) -> None:
    conversation_id = started(database, channel="whatsapp")
    answered_turn(database, store, conversation_id, 1)
    with database.reading() as session:
        (outgoing,) = session.execute(select(Outgoing)).scalars()
        reply = session.execute(select(Message).where(Message.sender == "bot")).scalar_one()
    assert (outgoing.kind, outgoing.key) == ("whatsapp", f"{conversation_id}:m1.0")
    assert outgoing.payload == {"conversation_id": conversation_id, "cursor": reply.cursor}
    assert reply.delivery_status == "waiting"


def test_cache_is_bounded_and_what_fell_out_is_read_again(
    database: Database, store: ClinicTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store._cache, "_most", 2)
    conversations = [started(database) for _ in range(4)]
    for conversation_id in conversations:
        answered_turn(database, store, conversation_id, 1)
    assert len(store._cache) == 2
    for conversation_id in conversations:
        answered_turn(database, store, conversation_id, 2)
        assert len(numbers(database, conversation_id)) == 9


def test_waiting_for_the_database_keeps_no_other_conversation_waiting(
    database: Database, store: ClinicTrackerStore
) -> None:
    conversation_id = started(database)
    received(database, conversation_id, "m1", text="hi")
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with database.transaction() as session:
            session.execute(update(Conversation).values(channel="widget"))
            held.set()
            release.wait(5)

    async def ticks_while_saving() -> int:
        saving = asyncio.ensure_future(take_turn(store, conversation_id, turn("m1")))
        count = 0
        for _ in range(20):
            await asyncio.sleep(0.01)
            count += 1
        assert not saving.done()
        release.set()
        await saving
        return count

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(5)
    begun = time.monotonic()
    assert run(ticks_while_saving()) == 20
    assert time.monotonic() - begun < 2
    holder.join()


def test_error_of_the_database_is_not_hidden() -> None:
    store = ClinicTrackerStore(DOMAIN, host="postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(OperationalError):
        run(store.retrieve("c" * 32))


def test_turn_in_which_an_action_could_not_be_run_is_not_stored(
    database: Database, store: ClinicTrackerStore
) -> None:
    """Whatever spoke in its place: an emergency in a form would be asked for a name."""
    conversation_id = started(database)
    received(database, conversation_id, "m1", text="i cant breathe")

    async def fail_and_speak() -> None:
        failed_action.set("action_respond_to_reaction")
        await take_turn(store, conversation_id, turn("m1", reply="May I have your name?"))

    with pytest.raises(ActionFailedError):
        run(fail_and_speak())
    assert unanswered(database) == ["m1"]
    run(take_turn(store, conversation_id, turn("m1")))
    assert unanswered(database) == []


def test_old_tracker_is_not_kept(database: Database) -> None:
    cache = TrackerCache(seconds=-1)
    cache.put("c1", object())
    assert cache.take("c1") is None


def test_head_that_came_with_the_message_is_not_read_again(
    database: Database, store: ClinicTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation_id = started(database)
    answered_turn(database, store, conversation_id, 1)
    waiting = received(database, conversation_id, "m2", text="question 2")
    assert waiting is not None
    monkeypatch.setattr(store, "_head", None)
    with running_turn(conversation_id, waiting.head) as current:
        run(take_turn(store, conversation_id, turn("m2", text="question 2")))
    assert current.committed is not None
    assert [reply.text for reply in current.committed.replies] == ["hello"]


def test_turn_on_a_head_that_somebody_moved_on_is_refused(
    database: Database, store: ClinicTrackerStore
) -> None:
    conversation_id = started(database)
    answered_turn(database, store, conversation_id, 1)
    waiting = received(database, conversation_id, "m2", text="question 2")
    assert waiting is not None
    elsewhere = new_store(database)
    run(take_turn(elsewhere, conversation_id, turn("m2", text="question 2")))
    elsewhere._database.close()
    with running_turn(conversation_id, waiting.head) as current, pytest.raises(StaleConversationError):
        run(take_turn(store, conversation_id, turn("m2", text="question 2")))
    assert current.committed is None
    assert len(chat(database, conversation_id)) == 4
