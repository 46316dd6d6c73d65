"""Taking a visitor's message in, exactly once, and finding what still waits for its reply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.orm import Session

from bot.conversations.conversation import CONVERSATIONS, ConversationGoneError, Head, head_of, locked_row
from bot.conversations.models import Conversation, Inbound, Message
from bot.conversations.replies import Choice
from bot.database import now
from bot.errors import BotError

_INBOUND, _MESSAGES = Inbound.__table__, Message.__table__
_THIS = (_INBOUND.c.conversation_id == bindparam("conversation")) & (
    _INBOUND.c.message_id == bindparam("message")
)
# Statements of every turn are made once: making one costs as much as running it.
_KNOWN = select(_INBOUND.c.text, _INBOUND.c.choice_id, _INBOUND.c.answered_at).where(_THIS)
_UNANSWERED = (_INBOUND.c.conversation_id == bindparam("conversation")) & _INBOUND.c.answered_at.is_(None)
_RECENT = select(
    func.count().label("count"),
    func.min(_INBOUND.c.received_at).label("oldest"),
    select(_INBOUND.c.cursor).where(_UNANSWERED).limit(1).scalar_subquery().label("waiting"),
).where(
    _INBOUND.c.conversation_id == bindparam("conversation"),
    _INBOUND.c.received_at > bindparam("since"),
    _INBOUND.c.received_at <= bindparam("until"),  # what lies ahead came before the clock stepped back
)
_ADD, _ADD_MESSAGE = insert(_INBOUND), insert(_MESSAGES)
_COUNT_ON = (
    update(CONVERSATIONS).where(CONVERSATIONS.c.id == bindparam("key")).values(last_cursor=bindparam("cursor"))
)
_OLDEST_UNANSWERED = select(*_INBOUND.c).where(_UNANSWERED).order_by(_INBOUND.c.cursor).limit(1)
_REPLIES = (
    select(Message)
    .where(Message.conversation_id == bindparam("conversation"), Message.inbound_id == bindparam("message"))
    .order_by(Message.reply_index)
)

RATE_WINDOW = timedelta(minutes=1)
CLAIM = timedelta(
    seconds=30
)  # longer than a turn may take; whoever dies leaves a message unanswered for as long


@dataclass(frozen=True)
class Waiting:
    """The message of a conversation that waits longest for its reply.

    Args:
        head: where the dialogue stands, as far as that was seen with it. Somebody else may have moved it since; a commit
            then fails and the turn is repeated.
    """

    message: Inbound
    head: Head | None = None


class MessageIdReusedError(BotError):
    """The same message id came with other content."""


class ChoiceUnknownError(BotError):
    """The choice was never offered in this conversation."""


class TooManyMessagesError(BotError):
    """The visitor writes faster than allowed; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def receive(
    session: Session,
    conversation_id: str,
    message_id: str,
    *,
    text: str = "",
    choice_id: str | None = None,
    per_minute: int,
) -> Waiting | None:
    """Store a visitor's message, unless it is stored already; returns it where nothing waits before it.

    Args:
        text: what was typed; ignored where `choice_id` is given, whose title is then the text.
        per_minute: messages allowed in any minute.

    Raises:
        ConversationGoneError, MessageIdReusedError, ChoiceUnknownError, TooManyMessagesError.
    """
    session.flush()
    connection = session.connection()
    conversation = locked_row(connection, conversation_id)
    if conversation is None:
        raise ConversationGoneError
    key = {"conversation": conversation_id, "message": message_id}
    if (known := connection.execute(_KNOWN, key).one_or_none()) is not None:
        _require_same(known, text, choice_id)
        return None
    waits = _require_patience(connection, conversation_id, per_minute)
    choice = _offered(session, conversation_id, choice_id) if choice_id else None
    text, payload = (choice.title, choice.payload) if choice else (text, None)
    cursor, at = conversation.last_cursor + 1, now()
    shared = {"conversation_id": conversation_id, "cursor": cursor, "text": text}
    asked = {"message_id": message_id, "choice_id": choice_id, "choice_payload": payload}
    row = {**shared, **asked, "received_at": at, "claimed_until": at + CLAIM}
    connection.execute(_ADD, row)
    said = {"id": message_id, "sender": "visitor", "channel": conversation.channel, "at": at}
    connection.execute(_ADD_MESSAGE, {**shared, **said, "choices": [], "topics": [], "sources": []})
    connection.execute(_COUNT_ON, {"key": conversation_id, "cursor": cursor})
    return None if waits else Waiting(Inbound(**row), head_of(conversation))


def oldest_unanswered(connection: Connection, conversation_id: str) -> Inbound | None:
    """The message of the conversation that waits longest for its reply."""
    row = connection.execute(_OLDEST_UNANSWERED, {"conversation": conversation_id}).one_or_none()
    return Inbound(**row._mapping) if row else None


def claim_unanswered(session: Session, *, channel: str, all_of_it: bool = False) -> list[str]:
    """Ids of the channel's conversations with messages that wait for a reply; they are claimed for the caller.

    Args:
        all_of_it: also what somebody claimed not long ago: whoever starts cannot know whether they are still there.
    """
    moment = now()
    query = (
        select(Inbound.conversation_id, Inbound.message_id)
        .join(Conversation, Conversation.id == Inbound.conversation_id)
        .where(Inbound.answered_at.is_(None), Conversation.erased_at.is_(None))
        .where(Conversation.channel == channel)
        .with_for_update(of=Inbound, skip_locked=True)
    )
    if not all_of_it:
        # A claim further ahead than one can reach was made before the clock stepped back.
        left = (Inbound.claimed_until <= moment, Inbound.claimed_until > moment + CLAIM)
        query = query.where(or_(Inbound.claimed_until.is_(None), *left))
    found = session.execute(query).all()
    for row in found:
        key = {"conversation_id": row.conversation_id, "message_id": row.message_id}
        session.execute(update(Inbound).filter_by(**key).values(claimed_until=moment + CLAIM))
    return sorted({row.conversation_id for row in found})


def replies_to(session: Session, conversation_id: str, message_id: str) -> list[Message] | None:
    """The replies to a message, in order; None while it waits for them."""
    key = {"conversation": conversation_id, "message": message_id}
    known = session.execute(_KNOWN, key).one_or_none()
    if known is None or known.answered_at is None:
        return None
    return list(session.execute(_REPLIES, key).scalars())


def _require_same(known: Row, text: str, choice_id: str | None) -> None:
    same = known.choice_id == choice_id and (choice_id is not None or known.text == text)
    if not same:
        raise MessageIdReusedError(
            "This message id was already used for another message. Please send it with a new id."
        )


def _require_patience(connection: Connection, conversation_id: str, per_minute: int) -> bool:
    """Refuse a visitor who writes too fast; returns whether something of the conversation waits."""
    since = now() - RATE_WINDOW
    span = {"since": since, "until": since + RATE_WINDOW}
    recent = connection.execute(_RECENT, {"conversation": conversation_id, **span}).one()
    if recent.count >= per_minute:
        wait = max(1, round((recent.oldest - since).total_seconds()))
        raise TooManyMessagesError(f"That was a lot at once. Please wait {wait} seconds.", retry_after=wait)
    return recent.waiting is not None


def _offered(session: Session, conversation_id: str, choice_id: str) -> Choice:
    inbound_id = choice_id.rpartition(".")[0].rpartition(".")[0]
    key = {"conversation": conversation_id, "message": inbound_id}
    for reply in session.execute(_REPLIES, key).scalars():
        for choice in reply.choices:
            if choice["id"] == choice_id:
                return Choice(title=choice["title"], payload=choice["payload"])
    raise ChoiceUnknownError("That choice was not offered here. Please type your question instead.")
