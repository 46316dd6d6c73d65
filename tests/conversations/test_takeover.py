"""A person takes a conversation over, writes in it and gives it back; both ends stay in the record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.booking.service import erase_bookings
from bot.conversations.conversation import ConversationGoneError
from bot.conversations.handoff import open_handoffs, request_handoff, waiting_handoffs
from bot.conversations.history import messages_after
from bot.conversations.inbound import MessageIdReusedError, replies_to
from bot.conversations.left_to_staff import leave_to_staff
from bot.conversations.models import Conversation, Handoff, Message
from bot.conversations.outbox import list_waiting
from bot.conversations.privacy import erase_conversation
from bot.conversations.replies import Reply
from bot.conversations.staff_words import StaffReplyError
from bot.conversations.takeover import (
    NotTakenOverError,
    TakenOverError,
    current_takeover,
    hand_back,
    hand_back_if_idle,
    held_conversations,
    idle_conversations,
    reply_as_staff,
    take_over,
)
from bot.conversations.turn import DialogueEvent, Said
from bot.database import Database, now
from bot.settings import Handover
from tests.support.conversations import answered, received, started

HANDOVER = Handover()


@pytest.fixture
def conversation_id(database: Database) -> str:
    return started(database)


def taken(database: Database, conversation_id: str, by: str = "Example Nurse", **options: bool) -> None:
    with database.transaction() as session:
        take_over(session, conversation_id, by=by, now=now(), handover=HANDOVER, **options)


def wrote(
    database: Database, conversation_id: str, text: str, by: str = "Example Nurse", key: str = "k1"
) -> Message:
    with database.transaction() as session:
        return reply_as_staff(session, conversation_id, text, by=by, key=key)


def handed_back(database: Database, conversation_id: str, by: str = "Example Nurse") -> None:
    with database.transaction() as session:
        hand_back(session, conversation_id, by=by, handover=HANDOVER)


def chat(database: Database, conversation_id: str) -> list[tuple[str, str, str | None]]:
    with database.reading() as session:
        return [(row.sender, row.text, row.author) for row in messages_after(session, conversation_id, 0)]


def asked(database: Database, conversation_id: str, inbound_id: str = "m1") -> None:
    with database.transaction() as session:
        request_handoff(session, conversation_id, inbound_id, reason="asked", summary="please")


def handoffs(database: Database) -> list[tuple[str, str | None]]:
    with database.reading() as session:
        return [(row.status, row.taken_by) for row in session.execute(select(Handoff)).scalars()]


def silent_for(database: Database, conversation_id: str, minutes: int) -> None:
    """As if the person had done nothing for so long."""
    ago = now() - timedelta(minutes=minutes)
    with database.transaction() as session:
        columns = {"taken_over_at": ago}
        if session.get(Conversation, conversation_id).staff_wrote_at:
            columns["staff_wrote_at"] = ago
        session.execute(update(Conversation).where(Conversation.id == conversation_id).values(**columns))


def swept(database: Database, conversation_id: str) -> bool:
    with database.transaction() as session:
        return hand_back_if_idle(session, conversation_id, handover=HANDOVER)


def test_person_joins_writes_and_leaves(database: Database, conversation_id: str) -> None:
    taken(database, conversation_id)
    wrote(database, conversation_id, "  Hello, I am\x00 here.\n")
    handed_back(database, conversation_id)
    assert chat(database, conversation_id) == [
        ("bot", HANDOVER.joined, "Example Nurse"),
        ("staff", "Hello, I am here.", "Example Nurse"),
        ("bot", HANDOVER.left, "Example Nurse"),
    ]
    with database.reading() as session:
        rows = messages_after(session, conversation_id, 0)
        assert [(row.cursor, row.outcome) for row in rows] == [(1, "handoff"), (2, None), (3, "handoff")]
        assert current_takeover(session, conversation_id) is None


def test_who_has_it_is_told_and_kept(database: Database, conversation_id: str) -> None:
    taken(database, conversation_id)
    with database.reading() as session:
        held = current_takeover(session, conversation_id)
        assert [row.id for row in held_conversations(session)] == [conversation_id]
    assert held is not None
    assert (held.by, held.wrote_at) == ("Example Nurse", None)


def test_two_people_cannot_have_one_conversation(database: Database, conversation_id: str) -> None:
    taken(database, conversation_id)
    for attempt in (
        lambda: taken(database, conversation_id, by="Other Nurse"),
        lambda: wrote(database, conversation_id, "hello", by="Other Nurse"),
        lambda: handed_back(database, conversation_id, by="Other Nurse"),
    ):
        with pytest.raises(TakenOverError, match="^Example Nurse has this conversation, since"):
            attempt()
    assert len(chat(database, conversation_id)) == 1


def test_taking_it_again_changes_nothing(database: Database, conversation_id: str) -> None:
    taken(database, conversation_id)
    taken(database, conversation_id)
    assert len(chat(database, conversation_id)) == 1


def test_it_can_be_taken_from_somebody_by_force(database: Database, conversation_id: str) -> None:
    asked(database, conversation_id)
    taken(database, conversation_id)
    taken(database, conversation_id, by="Other Nurse", force=True)
    wrote(database, conversation_id, "hello", by="Other Nurse")
    with pytest.raises(TakenOverError, match="Other Nurse"):
        wrote(database, conversation_id, "hello", key="k2")
    assert handoffs(database) == [("taken", "Other Nurse")]
    assert [text for _, text, _ in chat(database, conversation_id)] == [HANDOVER.joined, "hello"]


@pytest.mark.parametrize("attempt", [wrote, lambda *of: handed_back(*of[:2])], ids=["reply", "hand back"])
def test_nobody_speaks_in_a_conversation_that_nobody_has(
    database: Database, conversation_id: str, attempt: object
) -> None:
    with pytest.raises(NotTakenOverError, match="Take it over first"):
        attempt(database, conversation_id, "hello")  # type: ignore[operator]
    assert chat(database, conversation_id) == []


def test_repeated_reply_is_stored_once(database: Database, conversation_id: str) -> None:
    taken(database, conversation_id)
    first = wrote(database, conversation_id, "hello")
    handed_back(database, conversation_id)
    again = wrote(database, conversation_id, "hello")
    assert (first.id, first.cursor) == (again.id, again.cursor)
    with pytest.raises(MessageIdReusedError):
        wrote(database, conversation_id, "other words")
    assert [sender for sender, _, _ in chat(database, conversation_id)] == ["bot", "staff", "bot"]


@pytest.mark.parametrize(
    ("text", "by", "key", "said"),
    [
        (" \n", "Nurse", "k", "write a message"),
        ("x" * 2001, "Nurse", "k", "under 2,000"),
        ("hello", " ", "k", "give a name"),
        ("hello", "n" * 201, "k", "give a name"),
        ("hello", "Nurse", "", "key"),
        ("hello", "Nurse", "k" * 65, "key"),
    ],
)
def test_reply_that_cannot_be_used_is_refused_in_words(
    database: Database, conversation_id: str, text: str, by: str, key: str, said: str
) -> None:
    taken(database, conversation_id, by="Nurse")
    with pytest.raises(StaffReplyError, match=said):
        wrote(database, conversation_id, text, by=by, key=key)


def test_longest_reply_and_key_are_stored(database: Database, conversation_id: str) -> None:
    taken(database, conversation_id)
    assert wrote(database, conversation_id, "😀" * 2000, key="k" * 64).cursor == 2


def test_words_leave_in_order_on_a_channel_that_is_not_pulled(database: Database) -> None:
    conversation_id = started(database, channel="whatsapp")
    taken(database, conversation_id)
    wrote(database, conversation_id, "hello")
    handed_back(database, conversation_id)
    with database.reading() as session:
        leaving = list_waiting(session)
        rows = messages_after(session, conversation_id, 0)
    assert [(row.kind, row.payload["cursor"]) for row in leaving] == [("whatsapp", n) for n in (1, 2, 3)]
    assert {row.lane for row in leaving} == {f"whatsapp:{conversation_id}"}
    assert {row.delivery_status for row in rows} == {"waiting"}


def test_handoff_goes_from_waiting_to_taken_to_closed(database: Database, conversation_id: str) -> None:
    asked(database, conversation_id)
    taken(database, conversation_id)
    assert handoffs(database) == [("taken", "Example Nurse")]
    with database.reading() as session:
        assert waiting_handoffs(session) == []
        assert len(open_handoffs(session)) == 1
    handed_back(database, conversation_id)
    with database.reading() as session:
        handoff = session.execute(select(Handoff)).scalar_one()
        assert (handoff.status, handoff.taken_by) == ("closed", "Example Nurse")
        assert handoff.created_at <= handoff.taken_at <= handoff.closed_at
        assert open_handoffs(session) == []


def test_what_comes_up_meanwhile_waits_until_the_person_writes(
    database: Database, conversation_id: str
) -> None:
    taken(database, conversation_id)
    asked(database, conversation_id, "m2")
    assert handoffs(database) == [("waiting", None)]
    wrote(database, conversation_id, "I see that")
    assert handoffs(database) == [("taken", "Example Nurse")]


def test_other_conversations_handoffs_are_left_alone(database: Database, conversation_id: str) -> None:
    asked(database, started(database))
    taken(database, conversation_id)
    assert handoffs(database) == [("waiting", None)]


def test_silent_person_is_handed_back_from_after_a_while(database: Database, conversation_id: str) -> None:
    asked(database, conversation_id)
    taken(database, conversation_id)
    wrote(database, conversation_id, "one moment")
    silent_for(database, conversation_id, 29)
    assert not swept(database, conversation_id)
    silent_for(database, conversation_id, 30)
    with database.reading() as session:
        assert idle_conversations(session, handover=HANDOVER) == [conversation_id]
    assert swept(database, conversation_id)
    assert not swept(database, conversation_id)
    assert chat(database, conversation_id)[-1] == ("bot", HANDOVER.left, None)
    assert handoffs(database) == [("closed", "Example Nurse")]


def test_writing_keeps_a_conversation(database: Database, conversation_id: str) -> None:
    taken(database, conversation_id)
    silent_for(database, conversation_id, 31)
    wrote(database, conversation_id, "here I am")
    with database.reading() as session:
        assert idle_conversations(session, handover=HANDOVER) == []
    assert not swept(database, conversation_id)


def test_who_took_it_and_never_wrote_leaves_the_visitor_waiting(
    database: Database, conversation_id: str
) -> None:
    asked(database, conversation_id)
    taken(database, conversation_id)
    silent_for(database, conversation_id, 31)
    assert swept(database, conversation_id)
    assert handoffs(database) == [("waiting", None)]


def test_message_left_to_staff_is_answered_without_replies(database: Database, conversation_id: str) -> None:
    entities = [{"entity": "life_stage", "value": "pregnant"}]
    received(database, conversation_id, "m1", text="im pregnant")
    with database.transaction() as session:
        assert not leave_to_staff(session, conversation_id, Said("m1", "im pregnant"))
        assert replies_to(session, conversation_id, "m1") is None
    taken(database, conversation_id)
    with database.transaction() as session:
        assert leave_to_staff(session, conversation_id, Said("m1", "im pregnant", entities=entities))
    with database.reading() as session:
        assert replies_to(session, conversation_id, "m1") == []
        assert messages_after(session, conversation_id, 0)[0].entities == entities


def test_dialogue_starts_afresh_after_a_person(database: Database, conversation_id: str) -> None:
    received(database, conversation_id, "m1", text="book")
    event = DialogueEvent("user", now(), "{}")
    last = answered(database, conversation_id, "m1", Reply("your name?"), events=[event])
    taken(database, conversation_id)
    handed_back(database, conversation_id)
    with database.reading() as session:
        assert session.get(Conversation, conversation_id).last_seq > last


def test_erasing_a_conversation_that_a_person_has_leaves_nothing(
    database: Database, conversation_id: str
) -> None:
    asked(database, conversation_id)
    taken(database, conversation_id)
    wrote(database, conversation_id, "hello")
    with database.transaction() as session:
        erase_conversation(session, conversation_id, [erase_bookings])
    with database.reading() as session:
        left = session.get(Conversation, conversation_id)
        assert (left.taken_over_by, left.taken_over_at, left.staff_wrote_at) == (None, None, None)
        assert session.execute(select(Message)).first() is None
    assert handoffs(database) == []
    with pytest.raises(ConversationGoneError):
        taken(database, conversation_id)
    with pytest.raises(ConversationGoneError):
        wrote(database, conversation_id, "hello", key="k2")


def test_repetitions_at_once_are_stored_once(database: Database, conversation_id: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    taken(database, conversation_id)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: wrote(database, conversation_id, "hello").cursor, range(16)))
    assert set(said) == {2}
    assert len(chat(database, conversation_id)) == 2
