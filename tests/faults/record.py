"""A conversation as the database holds it, read row by row for the ledger to compare."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from bot.booking.models import Booking
from bot.conversations.models import Conversation, Event, Handoff, Inbound, KnowledgeGap, Message, Outgoing
from bot.database import Database

EFFECTS = {"handoff": Handoff, "knowledge_gap": KnowledgeGap, "booking": Booking}


@dataclass(frozen=True)
class Chat:
    """Rows in the order of their numbers.

    Args:
        effects: for each table, the ids of the messages that left a row in it.
        alerts: the ids of the messages that staff are alerted to.
    """

    last_cursor: int
    last_seq: int
    inbound: Sequence[Inbound]
    messages: Sequence[Message]
    events: Sequence[Event]
    effects: dict[str, list[str]]
    alerts: list[str]

    @property
    def cursors(self) -> list[int]:
        """The numbers in the chat."""
        return [message.cursor for message in self.messages]

    @property
    def seqs(self) -> list[int]:
        """The numbers of the events."""
        return [event.seq for event in self.events]

    @property
    def places(self) -> dict[str, int]:
        """Where in the chat each message of the visitor's stands."""
        return {message.id: message.cursor for message in self.messages if message.sender == "visitor"}

    @property
    def sets(self) -> list[str]:
        """What each set of replies answers; a set that something comes between counts twice."""
        return [message_id for message_id, _ in groupby(row.inbound_id for row in self._bot_rows())]

    @property
    def dialogue(self) -> list[str]:
        """The visitor's messages as the dialogue took them in."""
        return [content["message_id"] for content in self._contents() if content["event"] == "user"]

    @property
    def misplaced(self) -> list[str]:
        """Replies that stand before their message, or not where their index in the set says."""
        found = []
        for message_id, rows in groupby(self._bot_rows(), lambda row: row.inbound_id):
            place = self.places.get(message_id, 0)
            found += [row.id for n, row in enumerate(rows) if row.reply_index != n or row.cursor < place]
        return found

    def shown(self, message_id: str) -> int:
        """How often the visitor's message stands in the chat."""
        return sum(row.sender == "visitor" and row.id == message_id for row in self.messages)

    def replies(self, message_id: str) -> list[tuple[str, str]]:
        """`(id, text)` of each reply to the message."""
        return [(row.id, row.text) for row in self._bot_rows() if row.inbound_id == message_id]

    def outcomes(self, message_id: str) -> tuple[str, ...]:
        """The outcome of each reply to the message."""
        return tuple(row.outcome for row in self._bot_rows() if row.inbound_id == message_id)

    def said(self, message_id: str) -> list[list[str]]:
        """What the dialogue says in return to the message, once for each time it took the message in."""
        turns: list[tuple[str, list[str]]] = []
        for content in self._contents():
            if content["event"] == "user":
                turns.append((content["message_id"], []))
            elif content["event"] == "bot" and content["text"] and turns:
                turns[-1][1].append(content["text"].strip())
        return [texts for asked, texts in turns if asked == message_id]

    def _bot_rows(self) -> list[Message]:
        return [row for row in self.messages if row.sender == "bot"]

    def _contents(self) -> list[dict[str, Any]]:
        return [json.loads(event.data) for event in self.events]


def read_chat(database: Database, conversation_id: str) -> Chat:
    """Everything the database has of the conversation."""
    with database.reading() as session:
        conversation = session.get(Conversation, conversation_id)
        return Chat(
            last_cursor=conversation.last_cursor,
            last_seq=conversation.last_seq,
            inbound=_rows(session, Inbound, conversation_id, Inbound.cursor),
            messages=_rows(session, Message, conversation_id, Message.cursor),
            events=_rows(session, Event, conversation_id, Event.seq),
            effects={
                table: [row.inbound_id for row in _rows(session, model, conversation_id, model.id)]
                for table, model in EFFECTS.items()
            },
            alerts=[
                row.key.rpartition(":")[2]
                for row in _rows(session, Outgoing, conversation_id, Outgoing.id)
                if row.kind == "email"
            ],
        )


def count_unanswered(database: Database) -> int:
    """How many messages wait for their replies."""
    with database.reading() as session:
        return int(session.scalar(select(func.count()).where(Inbound.answered_at.is_(None))))


def count_half_stored(database: Database) -> int:
    """How much of any turn is stored without the rest of it, at this moment: replies without the mark "answered", the mark
    without replies, the dialogue without either."""
    replied = exists().where(
        Message.conversation_id == Inbound.conversation_id, Message.inbound_id == Inbound.message_id
    )
    unlike = or_(and_(Inbound.answered_at.is_(None), replied), and_(Inbound.answered_at.is_not(None), ~replied))
    in_dialogue = _count(Event, Event.conversation_id == Conversation.id, Event.type == "user")
    answered = _count(Inbound, Inbound.conversation_id == Conversation.id, Inbound.answered_at.is_not(None))
    query = select(_count(Inbound, unlike) + _count(Conversation, in_dialogue != answered))
    with database.reading() as session:
        return int(session.scalar(query))


def _count(model: Any, *where: Any) -> Any:
    return select(func.count()).select_from(model).where(*where).scalar_subquery()


def count_unsent(database: Database) -> int:
    """How many things have still to leave, or never will."""
    with database.reading() as session:
        return int(session.scalar(select(func.count()).where(Outgoing.status != "sent")))


def handoff_is_ahead_of_its_turn(database: Database, conversation_id: str) -> bool:
    """Whether an action has put the conversation before staff, and the turn it belongs to is not committed."""
    asked = (Handoff.conversation_id == Inbound.conversation_id) & (Handoff.inbound_id == Inbound.message_id)
    with database.reading() as session:
        answered = session.execute(
            select(Inbound.answered_at).join(Handoff, asked).where(Inbound.conversation_id == conversation_id)
        ).first()
    return answered == (None,)


def count_to_try_again(database: Database) -> int:
    """How many things could not leave at the last attempt."""
    with database.reading() as session:
        failed = select(func.count()).where(Outgoing.status == "waiting", Outgoing.fault.is_not(None))
        return int(session.scalar(failed))


def _rows(session: Session, model: Any, conversation_id: str, order: Any) -> list[Any]:
    query = select(model).where(model.conversation_id == conversation_id).order_by(order)
    return list(session.execute(query).scalars())
