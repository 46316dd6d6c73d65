"""Taking a visitor's message in, and storing what was answered: each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversations.models import Conversation, Inbound, Message
from bot.database import now
from bot.errors import BotError

RATE_WINDOW = timedelta(minutes=1)


class ConversationGoneError(BotError):
    """The conversation does not exist, or was erased."""


class MessageIdReusedError(BotError):
    """The same message id came with other content."""


class ChoiceUnknownError(BotError):
    """The choice was never offered in this conversation."""


class TooManyMessagesError(BotError):
    """The visitor writes faster than allowed; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Choice:
    """A button under a reply. `payload` is the intent it stands for and never leaves the server."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """What the assistant says in return to one message."""

    text: str
    choices: Sequence[Choice] = ()
    topics: Sequence[str] = ()
    outcome: str | None = None
    sources: Sequence[dict[str, str]] = field(default_factory=list)


def start_conversation(session: Session, *, channel: str) -> str:
    """Open a conversation and return its id: 32 hexadecimal digits that nobody can guess."""
    conversation = Conversation(id=uuid4().hex, channel=channel, created_at=now(), last_cursor=0)
    session.add(conversation)
    return str(conversation.id)


def lock_conversation(session: Session, conversation_id: str) -> Conversation:
    """The conversation, locked until the transaction ends.

    Raises:
        ConversationGoneError: there is none, or it was erased.
    """
    return _living(session.get(Conversation, conversation_id, with_for_update=True))


def require_conversation(session: Session, conversation_id: str) -> Conversation:
    """The conversation, for reading.

    Raises:
        ConversationGoneError: there is none, or it was erased.
    """
    return _living(session.get(Conversation, conversation_id))


def require_not_erased(session: Session, conversation_id: str) -> None:
    """Lock the conversation, where there is one, until the transaction ends, so that no erasure comes between.

    Raises:
        ConversationGoneError: it was erased.
    """
    conversation = session.get(Conversation, conversation_id, with_for_update=True)
    if conversation is not None:
        _living(conversation)


def receive(
    session: Session,
    conversation_id: str,
    message_id: str,
    *,
    text: str = "",
    choice_id: str | None = None,
    per_minute: int,
) -> None:
    """Store a visitor's message, unless it is stored already.

    Args:
        text: what was typed; ignored where `choice_id` is given, whose title is then the text.
        per_minute: messages allowed in any minute.

    Raises:
        ConversationGoneError, MessageIdReusedError, ChoiceUnknownError, TooManyMessagesError.
    """
    conversation = lock_conversation(session, conversation_id)
    known = session.get(Inbound, (conversation_id, message_id))
    if known is not None:
        _require_same(known, text, choice_id)
        return
    _require_patience(session, conversation_id, per_minute)
    choice = _offered(session, conversation_id, choice_id) if choice_id else None
    text = choice.title if choice else text
    cursor, at = _next_cursor(conversation), now()
    session.add(
        Inbound(
            conversation_id=conversation_id,
            message_id=message_id,
            cursor=cursor,
            text=text,
            choice_id=choice_id,
            choice_payload=choice.payload if choice else None,
            received_at=at,
        )
    )
    session.add(
        Message(
            conversation_id=conversation_id, cursor=cursor, id=message_id, sender="visitor", at=at, text=text
        )
    )


def oldest_unanswered(session: Session, conversation_id: str) -> Inbound | None:
    """The message of the conversation that waits longest for its reply."""
    query = (
        select(Inbound)
        .where(Inbound.conversation_id == conversation_id, Inbound.answered_at.is_(None))
        .order_by(Inbound.cursor)
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()  # type: ignore[no-any-return]


def unanswered_conversations(session: Session, *, channel: str) -> list[str]:
    """Ids of the channel's conversations in which a message still waits for its reply."""
    query = (
        select(Inbound.conversation_id)
        .join(Conversation, Conversation.id == Inbound.conversation_id)
        .where(Inbound.answered_at.is_(None), Conversation.erased_at.is_(None))
        .where(Conversation.channel == channel)
        .distinct()
    )
    return list(session.execute(query).scalars())


def answer(session: Session, conversation_id: str, message_id: str, replies: Sequence[Reply]) -> None:
    """Store the replies to a message and mark it answered; a message already answered is left as it is.

    Raises:
        ConversationGoneError: the visitor erased the conversation meanwhile.
    """
    conversation = lock_conversation(session, conversation_id)
    inbound = session.get(Inbound, (conversation_id, message_id))
    if inbound is None or inbound.answered_at is not None:
        return
    for index, reply in enumerate(replies):
        session.add(_message(conversation, message_id, index, reply))
    inbound.answered_at = now()


def replies_to(session: Session, conversation_id: str, message_id: str) -> list[Message] | None:
    """The replies to a message, in order; None while it waits for them."""
    inbound = session.get(Inbound, (conversation_id, message_id))
    if inbound is None or inbound.answered_at is None:
        return None
    query = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.inbound_id == message_id)
        .order_by(Message.reply_index)
    )
    return list(session.execute(query).scalars())


def _living(conversation: Conversation | None) -> Conversation:
    if conversation is None or conversation.erased_at is not None:
        raise ConversationGoneError("This conversation has ended. Please start a new one.")
    return conversation


def _require_same(known: Inbound, text: str, choice_id: str | None) -> None:
    same = known.choice_id == choice_id and (choice_id is not None or known.text == text)
    if not same:
        raise MessageIdReusedError(
            "This message id was already used for another message. Please send it with a new id."
        )


def _require_patience(session: Session, conversation_id: str, per_minute: int) -> None:
    since = now() - RATE_WINDOW
    recent = select(func.count(), func.min(Inbound.received_at)).where(
        Inbound.conversation_id == conversation_id, Inbound.received_at > since
    )
    count, oldest = session.execute(recent).one()
    if count >= per_minute:
        wait = max(1, round((oldest - since).total_seconds()))
        raise TooManyMessagesError(f"That was a lot at once. Please wait {wait} seconds.", retry_after=wait)


def _offered(session: Session, conversation_id: str, choice_id: str) -> Choice:
    reply_id = choice_id.rpartition(".")[0]
    query = select(Message).where(Message.conversation_id == conversation_id, Message.id == reply_id)
    for message in session.execute(query).scalars():
        for choice in message.choices:
            if choice["id"] == choice_id:
                return Choice(title=choice["title"], payload=choice["payload"])
    raise ChoiceUnknownError("That choice was not offered here. Please type your question instead.")


def _next_cursor(conversation: Conversation) -> int:
    conversation.last_cursor += 1
    return int(conversation.last_cursor)


def _message(conversation: Conversation, message_id: str, index: int, reply: Reply) -> Message:
    reply_id = f"{message_id}.{index}"
    choices = [
        {"id": f"{reply_id}.{number}", "title": choice.title, "payload": choice.payload}
        for number, choice in enumerate(reply.choices)
    ]
    return Message(
        conversation_id=conversation.id,
        cursor=_next_cursor(conversation),
        id=reply_id,
        sender="bot",
        at=now(),
        text=reply.text,
        inbound_id=message_id,
        reply_index=index,
        choices=choices,
        topics=list(reply.topics),
        outcome=reply.outcome,
        sources=list(reply.sources),
    )
