"""What must leave the house, kept until it has left.

A row is written in the transaction that decided it and delivered afterwards, by the worker, at least once: a worker that
dies between the delivery and its mark leaves the row to be delivered again, so whoever delivers passes the row's key on
(a mail's Message-ID) for the other side to recognise a repetition.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ClauseElement, Select

from bot.conversations.models import Conversation, Outgoing
from bot.database import now
from bot.errors import BotError

UNFINISHED = "The worker ended during the last attempt, before it could say how it went."


class OutgoingUnknownError(BotError):
    """Nothing under this number has failed for good."""


class DeliveryError(BotError):
    """It could not be delivered. The message is shown to staff and logged: no text of a visitor's, no address.

    Args:
        permanent: whether trying again would change nothing.
        retry_after: seconds the other side asks us to wait.
    """

    def __init__(self, message: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


@dataclass(frozen=True)
class Pace:
    """How long a delivery may take, and when and how often a failed one is tried again.

    The waits are an exponential backoff with full jitter: a random time up to a ceiling that grows with each attempt
    (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015). With these ceilings, 30 s to 12 h, ten attempts take
    a day on average and two at most.
    """

    lease: timedelta = timedelta(seconds=60)
    most_attempts: int = 10
    first_wait: timedelta = timedelta(seconds=30)
    longest_wait: timedelta = timedelta(hours=12)
    growth: int = 4

    def ceiling(self, attempts: int) -> timedelta:
        """The longest time to wait after so many failed attempts."""
        factor: int = self.growth ** (attempts - 1)
        return min(self.longest_wait, self.first_wait * factor)

    def wait(self, attempts: int, retry_after: float | None = None) -> timedelta:
        """How long to wait after so many failed attempts; as long as the other side asks, within the longest wait."""
        asked = timedelta(seconds=min(retry_after or 0, self.longest_wait.total_seconds()))
        return max(asked, self.ceiling(attempts) * random.uniform(0, 1))


PACE = Pace()


def enqueue(
    session: Session,
    *,
    kind: str,
    key: str,
    lane: str,
    payload: dict[str, Any],
    conversation_id: str | None = None,
    due_at: datetime | None = None,
) -> None:
    """Have something delivered once the transaction is committed; the same key again, or an erased conversation: nothing.

    Args:
        kind: names who delivers it.
        lane: what is in one lane leaves in the order of enqueuing. Transactions that write to one lane must not overlap
            where that order matters: hold the conversation's lock. What needs no order gets a lane of its own.
        payload: all that its deliverer needs; JSON.
        due_at: not before then; it holds up nothing in its lane until then. None: at once.
    """
    session.flush()  # a conversation begun in this transaction must be there to be referred to
    if conversation_id is not None and _is_erased(session, conversation_id):
        return
    at = now()
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(Outgoing).values(
        key=key,
        kind=kind,
        lane=lane,
        conversation_id=conversation_id,
        payload=payload,
        status="waiting",
        attempts=0,
        due_at=due_at or at,
        created_at=at,
    )
    session.execute(insert.on_conflict_do_nothing(index_elements=["key"]))


def is_due(session: Session, *, kinds: Sequence[str], pace: Pace = PACE) -> bool:
    """Whether `claim_due` would find something; only reads."""
    return session.execute(_due(kinds, now(), pace).limit(1)).first() is not None


def claim_due(session: Session, *, kinds: Sequence[str], limit: int, pace: Pace = PACE) -> list[Outgoing]:
    """Take what is due, at most one of each lane, longest due first; nobody else takes it before the lease ends.

    A row whose last allowed attempt was never reported back is given up here instead: it may be what ends the worker.
    """
    at = now()
    query = _due(kinds, at, pace).limit(limit).with_for_update(skip_locked=True)
    claimed = []
    for outgoing in session.execute(query).scalars():
        if outgoing.attempts >= pace.most_attempts:
            outgoing.status, outgoing.fault, outgoing.claimed_until = "dead", UNFINISHED, None
            continue
        outgoing.attempts += 1
        outgoing.claimed_until = at + pace.lease
        outgoing.created_at = min(outgoing.created_at, at)  # a step of the clock hurries one attempt, not all
        claimed.append(outgoing)
    return claimed


def mark_sent(session: Session, outgoing: Outgoing) -> None:
    """It was delivered, whoever else may have claimed it meanwhile."""
    sent = update(Outgoing).where(Outgoing.id == outgoing.id)
    session.execute(sent.values(status="sent", sent_at=now(), claimed_until=None, fault=None), **_UNSYNCED)


def mark_failed(
    session: Session,
    outgoing: Outgoing,
    fault: str,
    *,
    permanent: bool = False,
    retry_after: float | None = None,
    pace: Pace = PACE,
) -> None:
    """It was not delivered: try again later, or give it up after the last attempt. A claim that was lost changes nothing.

    Args:
        fault: why, in words for staff; never what a message says or to whom it goes.
        permanent: give it up at once.
        retry_after: seconds to wait at least.
    """
    mine = update(Outgoing).where(
        Outgoing.id == outgoing.id, Outgoing.status == "waiting", Outgoing.attempts == outgoing.attempts
    )
    gives_up = permanent or outgoing.attempts >= pace.most_attempts
    outcome = {"status": "dead"} if gives_up else {"due_at": now() + pace.wait(outgoing.attempts, retry_after)}
    session.execute(mine.values(fault=fault, claimed_until=None, **outcome), **_UNSYNCED)


def revive(session: Session, id: int) -> None:
    """Try again what was given up, at once and with all its attempts.

    Raises:
        OutgoingUnknownError: nothing under this id was given up.
    """
    again = update(Outgoing).where(Outgoing.id == id, Outgoing.status == "dead")
    done = session.execute(
        again.values(status="waiting", attempts=0, due_at=Outgoing.created_at, fault=None), **_UNSYNCED
    )
    if not done.rowcount:
        raise OutgoingUnknownError(f"Nothing under the number {id} was given up: see the list.")


def list_dead(session: Session) -> list[Outgoing]:
    """What was given up, oldest first."""
    return _with_status(session, "dead")


def list_waiting(session: Session) -> list[Outgoing]:
    """What has still to leave, oldest first."""
    return _with_status(session, "waiting")


def count_by_status(session: Session) -> dict[str, int]:
    """How many are `waiting`, `sent` and `dead`."""
    found = session.execute(select(Outgoing.status, func.count()).group_by(Outgoing.status))
    return {"waiting": 0, "sent": 0, "dead": 0, **dict(found.all())}


_UNSYNCED: dict[str, Any] = {"execution_options": {"synchronize_session": False}}


def _due(kinds: Sequence[str], at: datetime, pace: Pace) -> Select:
    earlier = aliased(Outgoing)
    held_up = (
        select(earlier.id)
        .where(earlier.lane == Outgoing.lane, earlier.id < Outgoing.id, earlier.status == "waiting")
        .where(or_(earlier.attempts > 0, _time_has_come(earlier, at, pace)))
        .exists()
    )
    return (
        select(Outgoing)
        .where(Outgoing.status == "waiting", Outgoing.kind.in_(kinds), _time_has_come(Outgoing, at, pace))
        .where(_is_free(at, pace), ~held_up)
        .order_by(Outgoing.due_at, Outgoing.id)
    )


def _time_has_come(outgoing: Any, at: datetime, pace: Pace) -> ClauseElement:
    """A clock that steps back delays neither what was due as soon as it was written, nor what was taken before and never
    reported back, nor a further attempt at what was written in what is now the future; at anything else by no more than
    the longest wait. Machines may differ by one lease."""
    at_once = and_(outgoing.attempts == 0, outgoing.due_at <= outgoing.created_at)
    ahead = and_(outgoing.created_at > at + pace.lease, outgoing.due_at >= outgoing.created_at)
    too_late = and_(outgoing.attempts > 0, or_(ahead, outgoing.due_at > at + pace.longest_wait))
    return or_(outgoing.due_at <= at, at_once, too_late, outgoing.claimed_until.is_not(None))


def _is_free(at: datetime, pace: Pace) -> ClauseElement:
    """A claim that ends later than any can was made before the clock stepped back; machines may differ by one lease."""
    until = Outgoing.claimed_until
    return or_(until.is_(None), until <= at, until > at + 2 * pace.lease)


def _is_erased(session: Session, conversation_id: str) -> bool:
    """Keeps an erasure from coming between, until the transaction ends."""
    query = select(Conversation.erased_at).where(Conversation.id == conversation_id)
    return session.execute(query.with_for_update(read=True, key_share=True)).scalar() is not None


def _with_status(session: Session, status: str) -> list[Outgoing]:
    query = select(Outgoing).where(Outgoing.status == status).order_by(Outgoing.id)
    return list(session.execute(query).scalars())
