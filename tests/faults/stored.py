"""The rows of a conversation, to be tampered with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from bot.conversations.models import Conversation, Event, Inbound, Message
from tests.faults.ledger import Sent


class Stored:
    """The conversation's rows, to be tampered with. Messages are counted from 0."""

    def __init__(self, session: Session, sent: list[Sent]) -> None:
        self.session = session
        self.sent = sent
        self.conversation = session.get(Conversation, sent[0].conversation_id)

    def inbound(self, number: int) -> Any:
        """A message as it was taken in."""
        return self.session.get(Inbound, (self.conversation.id, self.sent[number].message_id))

    def message(self, number: int) -> Any:
        """A message of the visitor's in the chat."""
        return self._only(Message, Message.id == self.sent[number].message_id)

    def reply(self, number: int) -> Any:
        """The reply to a message."""
        return self._only(Message, Message.inbound_id == self.sent[number].message_id)

    def event(self, seq: int) -> Any:
        """An event; those of a message begin at twice its number and 1."""
        return self.session.get(Event, (self.conversation.id, seq))

    def delete(self, row: Any) -> None:
        """Remove it."""
        self.session.execute(delete(row.__table__).where(*_key(row)))

    def change(self, row: Any, **values: Any) -> None:
        """Write other values into it."""
        self.session.execute(update(row.__table__).where(*_key(row)).values(**values))

    def repeat(self, row: Any, **values: Any) -> None:
        """Add it once more, with these changes; in the chat and the dialogue at their end."""
        columns = {column.key: getattr(row, column.key) for column in row.__table__.columns}
        if isinstance(row, Event):
            self.conversation.last_seq += 1
            columns["seq"] = self.conversation.last_seq
        elif isinstance(row, Message):
            self.conversation.last_cursor += 1
            columns |= {"cursor": self.conversation.last_cursor, "number": None}
        else:
            columns["id"] = None
        self.session.execute(insert(row.__table__).values({**columns, **values}))

    def swap(self, first: Any, second: Any, column: str) -> None:
        """Exchange what two rows hold there."""
        ones, others = getattr(first, column), getattr(second, column)
        for row, value in ((first, -1), (second, ones), (first, others)):
            self.change(row, **{column: value})

    def first(self, model: Any) -> Any:
        """The one row of its kind."""
        return self._only(model)

    def _only(self, model: Any, *where: Any) -> Any:
        return self.session.execute(select(model).where(*where)).scalar_one()


def _key(row: Any) -> list[Any]:
    return [column == getattr(row, column.key) for column in row.__table__.primary_key.columns]
