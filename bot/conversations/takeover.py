"""A person at the clinic takes a conversation over, writes in it, and gives it back.

A column of the conversation says who has it, so it survives new sessions and restarts. Whoever answers visitors looks at it
under the conversation's lock. That somebody joined and left stands in the chat itself, where the visitor reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import database
from bot.conversations.conversation import lock_conversation
from bot.conversations.fresh_start import start_afresh
from bot.conversations.handoff import close_handoffs, give_handoffs_back, take_handoffs
from bot.conversations.inbound import MessageIdReusedError
from bot.conversations.models import Conversation, Message
from bot.conversations.staff_words import checked_name, checked_text, message_id
from bot.conversations.unasked import add_message
from bot.errors import BotError
from bot.settings import Handover

JOINED, LEFT = "joined", "left"  # how the ids of the marks begin


class TakenOverError(BotError):
    """Somebody else has the conversation."""


class NotTakenOverError(BotError):
    """Nobody has the conversation."""


@dataclass(frozen=True)
class Takeover:
    """Who has a conversation, since when, and when they last wrote; `wrote_at` is None until they do."""

    by: str
    since: datetime
    wrote_at: datetime | None

    def is_idle(self, at: datetime, handover: Handover) -> bool:
        """Whether they have been silent for longer than the clinic allows."""
        return (self.wrote_at or self.since) + handover.idle_after <= at


def current_takeover(session: Session, conversation_id: str) -> Takeover | None:
    """Who has the conversation; None where the assistant answers."""
    columns = (Conversation.taken_over_by, Conversation.taken_over_at, Conversation.staff_wrote_at)
    row = session.execute(select(*columns).where(Conversation.id == conversation_id)).one_or_none()
    return _takeover(row) if row is not None else None


def take_over(
    session: Session, conversation_id: str, *, by: str, now: datetime, handover: Handover, force: bool = False
) -> None:
    """Let this person answer instead of the assistant, from the next message on; for who has it already, nothing changes.

    Args:
        by: a name that staff know the person by; visitors are not shown it.
        handover: holds the words of the mark that the visitor reads.
        force: take it from whoever has it.

    Raises:
        ConversationGoneError, StaffReplyError (no usable name).
        TakenOverError: somebody else has it.
    """
    by = checked_name(by)
    conversation = lock_conversation(session, conversation_id)
    held = _takeover(conversation)
    if held and held.by == by:
        return
    if held and not force:
        raise TakenOverError(f"{held.by} has this conversation, since {held.since:%Y-%m-%d %H:%M} UTC.")
    conversation.taken_over_by, conversation.taken_over_at, conversation.staff_wrote_at = by, now, None
    take_handoffs(session, conversation_id, by=by, at=now)
    if held is None:
        _mark(session, conversation, JOINED, handover.joined, by=by)


def reply_as_staff(session: Session, conversation_id: str, text: str, *, by: str, key: str) -> Message:
    """Say something to the visitor as a person; what has come to wait meanwhile is this person's, too.

    Args:
        key: chosen by the caller; the same key again, with the same text, stores nothing.

    Raises:
        ConversationGoneError, StaffReplyError, MessageIdReusedError (the key was used for another text).
        NotTakenOverError, TakenOverError: this person does not have the conversation.
    """
    by, text, id = checked_name(by), checked_text(text), message_id(key)
    conversation = lock_conversation(session, conversation_id)
    if (known := _said_before(session, conversation_id, id)) is not None:
        if known.text != text:
            raise MessageIdReusedError("This key was already used for another reply. Please use a new one.")
        return known
    _require_held(conversation, by)
    at = database.now()
    conversation.staff_wrote_at = at
    take_handoffs(session, conversation_id, by=by, at=at)
    return add_message(session, conversation, id=id, sender="staff", text=text, author=by)


def hand_back(session: Session, conversation_id: str, *, by: str, handover: Handover) -> None:
    """Let the assistant answer again, from the next message on; what this person had taken is done with.

    Raises:
        ConversationGoneError, StaffReplyError (no usable name).
        NotTakenOverError, TakenOverError: this person does not have the conversation.
    """
    by = checked_name(by)
    conversation = lock_conversation(session, conversation_id)
    _require_held(conversation, by)
    close_handoffs(session, conversation_id, at=database.now())
    _give_back(session, conversation, handover, by=by)


def hand_back_if_idle(session: Session, conversation_id: str, *, handover: Handover) -> bool:
    """Let the assistant answer again where the person who has the conversation has been silent for too long.

    Somebody who took it and never wrote has not helped the visitor: what they had taken waits for a person again.

    Returns:
        Whether the assistant answers now because of it.
    """
    conversation = lock_conversation(session, conversation_id)
    held, at = _takeover(conversation), database.now()
    if held is None or not held.is_idle(at, handover):
        return False
    if held.wrote_at is None:
        give_handoffs_back(session, conversation_id)
    else:
        close_handoffs(session, conversation_id, at=at)
    _give_back(session, conversation, handover, by=None)
    return True


def idle_conversations(session: Session, *, handover: Handover) -> list[str]:
    """Ids of the conversations whose person has been silent for too long."""
    last = func.coalesce(Conversation.staff_wrote_at, Conversation.taken_over_at)
    query = select(Conversation.id).where(
        Conversation.taken_over_at.is_not(None), last <= database.now() - handover.idle_after
    )
    return list(session.execute(query).scalars())


def held_conversations(session: Session) -> Sequence[Conversation]:
    """The conversations that somebody has, longest first."""
    query = select(Conversation).where(Conversation.taken_over_at.is_not(None))
    return list(session.execute(query.order_by(Conversation.taken_over_at)).scalars())


def _takeover(row: Conversation) -> Takeover | None:
    if row.taken_over_by is None:
        return None
    return Takeover(row.taken_over_by, row.taken_over_at, row.staff_wrote_at)


def _require_held(conversation: Conversation, by: str) -> None:
    held = _takeover(conversation)
    if held is None:
        raise NotTakenOverError("Nobody has this conversation. Take it over first.")
    if held.by != by:
        raise TakenOverError(f"{held.by} has this conversation, since {held.since:%Y-%m-%d %H:%M} UTC.")


def _give_back(session: Session, conversation: Conversation, handover: Handover, *, by: str | None) -> None:
    conversation.taken_over_by = conversation.taken_over_at = conversation.staff_wrote_at = None
    start_afresh(session, conversation)
    _mark(session, conversation, LEFT, handover.left, by=by)


def _mark(session: Session, conversation: Conversation, kind: str, words: str, *, by: str | None) -> None:
    id = f"{kind}-{conversation.last_cursor + 1}"
    add_message(session, conversation, id=id, sender="bot", text=words, outcome="handoff", author=by)


def _said_before(session: Session, conversation_id: str, id: str) -> Message | None:
    query = select(Message).where(Message.conversation_id == conversation_id, Message.id == id)
    return session.execute(query).scalar_one_or_none()  # type: ignore[no-any-return]
