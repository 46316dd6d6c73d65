"""Messages come in, and are answered, exactly once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from bot.channels.widget.payloads import message_json
from bot.conversations import inbound
from bot.conversations.conversation import ConversationGoneError, start_conversation
from bot.conversations.history import messages_after
from bot.conversations.models import Inbound
from bot.conversations.replies import Choice, Reply
from bot.conversations.turn import AlreadyAnsweredError, DialogueEvent, Said, Turn, commit_turn
from bot.database import Database, now
from tests.support.conversations import answered, received


@pytest.fixture
def conversation_id(database: Database) -> str:
    with database.transaction() as session:
        return start_conversation(session, channel="widget")


def receive(
    database: Database, conversation_id: str, text: str = "hello", *, id: str = "", per_minute: int = 20
) -> str:
    message_id = id or str(uuid4())
    with database.transaction() as session:
        inbound.receive(session, conversation_id, message_id, text=text, per_minute=per_minute)
    return message_id


def answer(database: Database, conversation_id: str, message_id: str, *replies: Reply) -> None:
    answered(database, conversation_id, message_id, *replies)


def history(database: Database, conversation_id: str, after: int = 0) -> list[tuple[int, str, str]]:
    with database.reading() as session:
        return [(m.cursor, m.sender, m.text) for m in messages_after(session, conversation_id, after)]


def test_message_and_replies_are_numbered_in_order(database: Database, conversation_id: str) -> None:
    message_id = receive(database, conversation_id)
    answer(database, conversation_id, message_id, Reply("one"), Reply("two"))

    assert history(database, conversation_id) == [(1, "visitor", "hello"), (2, "bot", "one"), (3, "bot", "two")]
    assert history(database, conversation_id, after=2) == [(3, "bot", "two")]


def test_repeated_message_changes_nothing(database: Database, conversation_id: str) -> None:
    message_id = receive(database, conversation_id)
    receive(database, conversation_id, id=message_id)

    assert len(history(database, conversation_id)) == 1


def test_repeated_id_with_other_text_is_refused(database: Database, conversation_id: str) -> None:
    message_id = receive(database, conversation_id)

    with pytest.raises(inbound.MessageIdReusedError):
        receive(database, conversation_id, "something else", id=message_id)


def test_second_answer_to_a_message_is_refused(database: Database, conversation_id: str) -> None:
    message_id = receive(database, conversation_id)
    answer(database, conversation_id, message_id, Reply("first"))
    with pytest.raises(AlreadyAnsweredError):
        answer(database, conversation_id, message_id, Reply("second"))

    assert [text for _, _, text in history(database, conversation_id)] == ["hello", "first"]


def test_replies_are_none_until_answered(database: Database, conversation_id: str) -> None:
    message_id = receive(database, conversation_id)
    with database.reading() as session:
        assert inbound.replies_to(session, conversation_id, message_id) is None

    answer(database, conversation_id, message_id, Reply("here"))
    with database.reading() as session:
        replies = inbound.replies_to(session, conversation_id, message_id) or []
        assert [reply.text for reply in replies] == ["here"]


def test_oldest_unanswered_message_comes_first(database: Database, conversation_id: str) -> None:
    first = receive(database, conversation_id, "first")
    receive(database, conversation_id, "second")
    with database.reading() as session:
        assert inbound.oldest_unanswered(session.connection(), conversation_id).text == "first"  # type: ignore[union-attr]

    answer(database, conversation_id, first, Reply("ok"))
    with database.reading() as session:
        assert inbound.oldest_unanswered(session.connection(), conversation_id).text == "second"  # type: ignore[union-attr]


def test_choice_stands_for_its_title_and_payload(database: Database, conversation_id: str) -> None:
    message_id = receive(database, conversation_id)
    answer(
        database,
        conversation_id,
        message_id,
        Reply("which?", choices=[Choice("Price", "/ask_price"), Choice("Pain", "/ask_pain_and_numbing")]),
    )
    with database.transaction() as session:
        inbound.receive(session, conversation_id, "m2", choice_id=f"{message_id}.0.1", per_minute=20)
    with database.reading() as session:
        chosen = session.get(Inbound, (conversation_id, "m2"))
        assert (chosen.text, chosen.choice_payload) == ("Pain", "/ask_pain_and_numbing")


def claim(database: Database, **options: Any) -> list[str]:
    with database.transaction() as session:
        return inbound.claim_unanswered(session, **{"channel": "widget", **options})


def test_message_in_hand_is_claimed_by_nobody_else(database: Database, conversation_id: str) -> None:
    receive(database, conversation_id)
    assert claim(database) == []


def test_message_left_lying_is_claimed_once(database: Database, conversation_id: str) -> None:
    lease_ended(database, receive(database, conversation_id), timedelta(seconds=-1))
    assert claim(database, channel="whatsapp") == []
    assert claim(database) == [conversation_id]
    assert claim(database) == []


def test_whoever_starts_claims_everything(database: Database, conversation_id: str) -> None:
    receive(database, conversation_id)
    assert claim(database, all_of_it=True) == [conversation_id]


def test_claim_from_before_the_clock_stepped_back_does_not_last(
    database: Database, conversation_id: str
) -> None:
    lease_ended(database, receive(database, conversation_id), timedelta(hours=1))
    assert claim(database) == [conversation_id]


def test_answered_message_is_not_claimed(database: Database, conversation_id: str) -> None:
    answer(database, conversation_id, receive(database, conversation_id), Reply("here"))
    assert claim(database, all_of_it=True) == []


def lease_ended(database: Database, message_id: str, ago: timedelta) -> None:
    with database.transaction() as session:
        session.execute(
            update(Inbound).where(Inbound.message_id == message_id).values(claimed_until=now() + ago)
        )


@pytest.mark.parametrize("choice_id", ["x", "a.b.c", "0", "' OR 1=1 --"])
def test_choice_never_offered_is_refused(database: Database, conversation_id: str, choice_id: str) -> None:
    with pytest.raises(inbound.ChoiceUnknownError), database.transaction() as session:
        inbound.receive(session, conversation_id, "m", choice_id=choice_id, per_minute=20)


def test_choice_of_another_conversation_is_refused(database: Database, conversation_id: str) -> None:
    message_id = receive(database, conversation_id)
    answer(database, conversation_id, message_id, Reply("which?", choices=[Choice("Price", "/ask_price")]))
    with database.transaction() as session:
        other = start_conversation(session, channel="widget")

    with pytest.raises(inbound.ChoiceUnknownError), database.transaction() as session:
        inbound.receive(session, other, "m", choice_id=f"{message_id}.0.0", per_minute=20)


def test_too_many_messages_in_a_minute_are_refused(database: Database, conversation_id: str) -> None:
    for _ in range(3):
        receive(database, conversation_id, per_minute=3)

    with pytest.raises(inbound.TooManyMessagesError) as refusal:
        receive(database, conversation_id, per_minute=3)
    assert 1 <= refusal.value.retry_after <= 60


def test_messages_from_before_the_clock_stepped_back_do_not_count(
    database: Database, conversation_id: str
) -> None:
    message_id = receive(database, conversation_id, per_minute=1)
    with database.transaction() as session:
        session.get(Inbound, (conversation_id, message_id)).received_at = now() + timedelta(hours=1)

    receive(database, conversation_id, per_minute=1)
    assert len(history(database, conversation_id)) == 2


def test_messages_of_an_earlier_minute_do_not_count(database: Database, conversation_id: str) -> None:
    message_id = receive(database, conversation_id, per_minute=1)
    with database.transaction() as session:
        session.get(Inbound, (conversation_id, message_id)).received_at = now() - timedelta(seconds=61)

    receive(database, conversation_id, per_minute=1)
    assert len(history(database, conversation_id)) == 2


def test_unknown_conversation_is_gone(database: Database) -> None:
    with pytest.raises(ConversationGoneError):
        receive(database, "0" * 32)


def test_message_that_nothing_waits_before_comes_back_with_the_head(
    database: Database, conversation_id: str
) -> None:
    received(database, conversation_id, "earlier")
    answered(database, conversation_id, "earlier", Reply("Yes."), events=[DialogueEvent("user", now(), "{}")])
    waiting = received(database, conversation_id, "m1", text="first")
    assert waiting is not None and waiting.head is not None
    assert (waiting.message.text, waiting.head.last_seq) == ("first", 1)


def test_message_behind_another_has_to_be_looked_up(database: Database, conversation_id: str) -> None:
    received(database, conversation_id, "m1", text="first")
    assert received(database, conversation_id, "m2", text="second") is None
    assert received(database, conversation_id, "m1", text="first") is None


def test_commit_tells_what_waits_next(database: Database, conversation_id: str) -> None:
    for message_id in ("m1", "m2"):
        received(database, conversation_id, message_id, text=message_id)
    with database.transaction() as session:
        said = Said("m1", "m1")
        committed = commit_turn(session, Turn(conversation_id, "widget", said=said, replies=[Reply("Yes.")]))
    assert committed.next is not None and committed.next.message.message_id == "m2"
    with database.reading() as session:
        stored = inbound.replies_to(session, conversation_id, "m1")
    assert stored is not None
    assert [message_json(reply) for reply in committed.replies] == [message_json(reply) for reply in stored]
