"""The check that the fault tests rest on finds what is lost, doubled and reordered, and nothing where all is well."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.booking.service import request_booking
from bot.conversations import inbound
from bot.conversations.alerts import AlertRoutes
from bot.conversations.handoff import request_handoff
from bot.conversations.models import Handoff, Outgoing
from bot.conversations.replies import Reply
from bot.conversations.turn import DialogueEvent, Said, Turn, commit_turn
from bot.database import Database, now
from tests.faults.ledger import Findings, Ledger, Sent, audit
from tests.faults.script import EMERGENCY, QUESTION
from tests.faults.stored import Stored
from tests.support.conversations import started

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A conversation of three messages, each answered once."""
    ledger, conversation_id = Ledger(), started(database)
    for number, line in enumerate((QUESTION, EMERGENCY, QUESTION)):
        sent = ledger.write(conversation_id, line)
        with database.transaction() as session:
            accept_and_answer(session, sent, after=2 * number)
        sent.answered([{"id": f"{sent.message_id}.0", "text": line.text.upper()}])
    return ledger


def accept_and_answer(session: Session, sent: Sent, *, after: int) -> None:
    """A turn that answers in capitals, and puts an emergency before staff."""
    ids, text = (sent.conversation_id, sent.message_id), sent.line.text
    inbound.receive(session, *ids, text=text, per_minute=100)
    session.flush()
    if sent.line == EMERGENCY:
        request_handoff(
            session, *ids, reason="urgent", summary=text, alert_to=AlertRoutes(email="staff@clinic.example")
        )
    turn = Turn(
        sent.conversation_id,
        "widget",
        after=after,
        events=[event("user", message_id=sent.message_id), event("bot", text=text.upper())],
        said=Said(sent.message_id, text),
        replies=[Reply(text.upper(), outcome=sent.line.outcomes[0])],
    )
    commit_turn(session, turn)


def event(kind: str, **content: str) -> DialogueEvent:
    return DialogueEvent(kind, now(), json.dumps({"event": kind, **content}))


def book_twice(stored: Stored) -> None:
    for number in (0, 1):
        ids = (stored.conversation.id, stored.sent[number].message_id)
        request_booking(
            stored.session, *ids, name="Example Person", phone=None, email=None
        ).status = "cancelled"


def repeat_turn(stored: Stored) -> None:
    for seq in (1, 2):
        stored.repeat(stored.event(seq))


def swap_turns(stored: Stored) -> None:
    for seq in (1, 2):
        stored.swap(stored.event(seq), stored.event(seq + 2), "data")


Tampering = Callable[[Stored], Any]
LOST: dict[str, Tampering] = {
    "an event is missing": lambda stored: stored.delete(stored.event(4)),
    "is unanswered": lambda stored: stored.change(stored.inbound(1), answered_at=None),
    "has no replies": lambda stored: stored.delete(stored.reply(1)),
    "is not in the chat": lambda stored: stored.delete(stored.message(1)),
    "is not in the dialogue": lambda stored: stored.change(stored.event(3), data='{"event": "slot"}'),
    "was answered in the dialogue alone": lambda stored: stored.repeat(stored.event(6)),
    "was answered and is not stored": lambda stored: stored.delete(stored.inbound(1)),
    "got replies that are not stored": lambda stored: stored.change(stored.reply(1), text="Something else"),
    "was answered out of context": lambda stored: stored.change(stored.reply(0), outcome="clarify"),
    "an emergency, was not told": lambda stored: stored.change(stored.reply(1), outcome="handoff"),
    "left nothing in handoff": lambda stored: stored.delete(stored.first(Handoff)),
    "staff are not alerted": lambda stored: stored.delete(stored.first(Outgoing)),
}
DOUBLED: dict[str, Tampering] = {
    "is in the chat more than once": lambda stored: stored.repeat(stored.message(0)),
    "is in the dialogue more than once": repeat_turn,
    "has replies that no turn gave": lambda stored: stored.repeat(stored.reply(0), reply_index=1),
    "has replies that its visitor did not get": lambda stored: stored.repeat(stored.reply(0), reply_index=1),
    "has more than one set of replies": lambda stored: stored.repeat(stored.reply(0), reply_index=1),
    "replies answer": lambda stored: stored.repeat(stored.reply(0), inbound_id="another"),
    "got different replies": lambda stored: stored.sent[0].answered([{"id": "another", "text": "Another"}]),
    "not accepted, left a row in handoff": lambda stored: stored.repeat(
        stored.first(Handoff), inbound_id="another"
    ),
    " left a row in handoff": lambda stored: stored.repeat(
        stored.first(Handoff), inbound_id=stored.sent[0].message_id
    ),
    "two consultations": book_twice,
    "staff are alerted once too often": lambda stored: stored.repeat(
        stored.first(Outgoing), key=f"again:{stored.sent[1].message_id}"
    ),
}
REORDERED: dict[str, Tampering] = {
    "not numbered 1, 2, 3": lambda stored: stored.change(stored.reply(2), cursor=7),
    "sets of replies are not whole": lambda stored: stored.swap(stored.reply(0), stored.reply(1), "cursor"),
    "the dialogue is not in the order": swap_turns,
    "not in their place": lambda stored: stored.swap(stored.message(1), stored.reply(1), "cursor"),
    "stands before what was answered": lambda stored: stored.swap(
        stored.message(0), stored.message(1), "cursor"
    ),
}


def tampered(database: Database, ledger: Ledger, tampering: Tampering) -> Findings:
    with database.transaction() as session:
        tampering(Stored(session, ledger.sent))
    return audit(ledger, database)


def test_whole_conversation_is_found_in_order(database: Database, ledger: Ledger) -> None:
    assert audit(ledger, database) == Findings(turns=3)


def test_message_that_was_never_accepted_is_not_missed(database: Database, ledger: Ledger) -> None:
    ledger.write(ledger.conversations[0], QUESTION)
    assert audit(ledger, database) == Findings(turns=3)


@pytest.mark.parametrize("loss", LOST)
def test_loss_is_found(database: Database, ledger: Ledger, loss: str) -> None:
    assert loss in "\n".join(tampered(database, ledger, LOST[loss]).lost)


@pytest.mark.parametrize("repetition", DOUBLED)
def test_repetition_is_found(database: Database, ledger: Ledger, repetition: str) -> None:
    assert repetition in "\n".join(tampered(database, ledger, DOUBLED[repetition]).doubled)


@pytest.mark.parametrize("disorder", REORDERED)
def test_disorder_is_found(database: Database, ledger: Ledger, disorder: str) -> None:
    assert disorder in "\n".join(tampered(database, ledger, REORDERED[disorder]).reordered)
