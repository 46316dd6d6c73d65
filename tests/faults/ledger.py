"""What visitors sent and what came back, and whether the database says the same: nothing lost, doubled or reordered."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from bot.database import Database
from tests.faults.record import EFFECTS, Chat, read_chat
from tests.faults.script import EMERGENCY, Line

Replies = tuple[tuple[str, str], ...]  # (id, text) of each reply


@dataclass
class Sent:
    """A visitor's message, as the visitor knows it.

    Args:
        follows: ids of the conversation's messages that were answered before this one was written.
        answers: each set of replies that came for it; several where it was sent several times.
        failures: tries that brought no answer.
        seconds: from the first try to the first answer.
    """

    conversation_id: str
    line: Line
    follows: Sequence[str] = ()
    message_id: str = field(default_factory=lambda: str(uuid4()))
    answers: list[Replies] = field(default_factory=list)
    failures: int = 0
    seconds: float = 0.0
    _begun: float = field(default_factory=time.monotonic)

    def answered(self, replies: list[dict[str, Any]]) -> None:
        """Note the replies of one response."""
        self.seconds = self.seconds or time.monotonic() - self._begun
        self.answers.append(tuple((reply["id"], reply["text"]) for reply in replies))


class Ledger:
    """Everything sent; visitors in several threads write into it."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self._writing = threading.Lock()

    def write(self, conversation_id: str, line: Line) -> Sent:
        """Note a message before it is sent for the first time."""
        with self._writing:
            before = [sent.message_id for sent in self.sent_in(conversation_id) if sent.answers]
            self.sent.append(Sent(conversation_id, line, before))
            return self.sent[-1]

    def sent_in(self, conversation_id: str) -> list[Sent]:
        """The conversation's messages."""
        return [sent for sent in self.sent if sent.conversation_id == conversation_id]

    @property
    def conversations(self) -> list[str]:
        """Ids, in the order in which they began."""
        return list(dict.fromkeys(sent.conversation_id for sent in self.sent))


@dataclass
class Findings:
    """What `audit` found, each fault as a sentence with its conversation's id.

    Args:
        turns: messages that the server accepted.
        interrupted: those of them that brought no answer at the first try.
        apologies: those of them that got the safe reply.
    """

    turns: int = 0
    interrupted: int = 0
    apologies: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """All that is wrong."""
        return [*self.lost, *self.doubled, *self.reordered]


def audit(ledger: Ledger, database: Database) -> Findings:
    """Compare the ledger with the database, once everything has come to rest."""
    findings = Findings()
    for conversation_id in ledger.conversations:
        case = Case(read_chat(database, conversation_id), ledger.sent_in(conversation_id))
        findings.turns += len(case.chat.inbound)
        findings.interrupted += sum(
            sent.failures > 0 and sent.message_id in case.accepted for sent in case.sent
        )
        findings.apologies += sum(bool(row.failure) for row in case.chat.inbound)
        findings.lost += [f"{conversation_id}: {fault}" for fault in (*_lost(case), *_lost_effects(case))]
        findings.doubled += [
            f"{conversation_id}: {fault}" for fault in (*_doubled(case), *_doubled_effects(case))
        ]
        findings.reordered += [f"{conversation_id}: {fault}" for fault in _reordered(case)]
    return findings


@dataclass(frozen=True)
class Case:
    """One conversation: what is stored, and what its visitor sent."""

    chat: Chat
    sent: Sequence[Sent]

    @property
    def accepted(self) -> list[str]:
        """Ids of the messages that the server took in, in order."""
        return [row.message_id for row in self.chat.inbound]

    @property
    def undisturbed(self) -> bool:
        """Whether everything the visitor sent was accepted and none of it got the safe reply."""
        whole = len(self.chat.inbound) == len(self.sent)
        return whole and all(row.answered_at and not row.failure for row in self.chat.inbound)


def _lost(case: Case) -> Iterator[str]:
    chat = case.chat
    if chat.seqs != list(range(1, chat.last_seq + 1)):
        yield "an event is missing"
    for row in chat.inbound:
        if row.answered_at is None:
            yield f"{row.message_id} is unanswered"
        if not chat.replies(row.message_id):
            yield f"{row.message_id} has no replies"
        if not chat.shown(row.message_id):
            yield f"{row.message_id} is not in the chat"
        if not chat.said(row.message_id):
            yield f"{row.message_id} is not in the dialogue"
        if any(_more(texts, _texts(chat, row.message_id)) for texts in chat.said(row.message_id)):
            yield f"{row.message_id} was answered in the dialogue alone"
    for sent in case.sent:
        if sent.answers and sent.message_id not in case.accepted:
            yield f"{sent.message_id} was answered and is not stored"
        if any(_more(answer, chat.replies(sent.message_id)) for answer in sent.answers):
            yield f"{sent.message_id} got replies that are not stored"
        if case.undisturbed and not _understood(case, sent):
            yield f"{sent.message_id} was answered out of context: {chat.outcomes(sent.message_id)}"


def _lost_effects(case: Case) -> Iterator[str]:
    """An emergency is put before staff whatever fails; what else is left depends on what was understood."""
    for sent in case.sent:
        table = sent.line.leaves
        certain = table and sent.message_id in case.accepted and (sent.line == EMERGENCY or case.undisturbed)
        told = case.chat.outcomes(sent.message_id)
        if sent.line == EMERGENCY and told and "urgent" not in told:
            yield f"{sent.message_id}, an emergency, was not told what to do"
        if certain and sent.message_id not in case.chat.effects[table]:
            yield f"{sent.message_id} left nothing in {table}"
    if unknown := _more(case.chat.effects["handoff"], case.chat.alerts):
        yield f"staff are not alerted to {unknown}"


def _doubled(case: Case) -> Iterator[str]:
    chat = case.chat
    for row in chat.inbound:
        said = chat.said(row.message_id)
        if chat.shown(row.message_id) > 1:
            yield f"{row.message_id} is in the chat more than once"
        if len(said) > 1:
            yield f"{row.message_id} is in the dialogue more than once"
        if _more(_texts(chat, row.message_id), [text for texts in said for text in texts]):
            yield f"{row.message_id} has replies that no turn gave"
    for sent in case.sent:
        if len(set(sent.answers)) > 1:
            yield f"{sent.message_id} got different replies"
        if any(_more(chat.replies(sent.message_id), answer) for answer in sent.answers):
            yield f"{sent.message_id} has replies that its visitor did not get"
        if case.undisturbed and len(chat.outcomes(sent.message_id)) > len(sent.line.outcomes):
            yield f"{sent.message_id} has more than one set of replies"
    if unknown := set(chat.sets) - set(case.accepted):
        yield f"replies answer {unknown}"


def _doubled_effects(case: Case) -> Iterator[str]:
    lines = {sent.message_id: sent.line for sent in case.sent}
    for table in EFFECTS:
        for message_id in case.chat.effects[
            table
        ]:  # at most one of a message: the table's unique key sees to it
            if message_id not in case.accepted:
                yield f"{message_id}, which was not accepted, left a row in {table}"
            elif case.undisturbed and lines[message_id].leaves != table:
                yield f"{message_id} left a row in {table}"
    if len(case.chat.effects["booking"]) > 1:
        yield "two consultations are requested"
    if unknown := _more(case.chat.alerts, case.chat.effects["handoff"]):
        yield f"staff are alerted once too often to {unknown}"


def _reordered(case: Case) -> Iterator[str]:
    chat = case.chat
    if chat.cursors != list(range(1, chat.last_cursor + 1)):
        yield "the chat is not numbered 1, 2, 3"
    if chat.sets != [message_id for message_id in case.accepted if chat.replies(message_id)]:
        yield "the sets of replies are not whole, or not in the order of the messages"
    if list(dict.fromkeys(chat.dialogue)) != [known for known in case.accepted if chat.said(known)]:
        yield "the dialogue is not in the order of the messages"
    if chat.misplaced:
        yield f"these replies are not in their place: {chat.misplaced}"
    for sent in case.sent:
        here = chat.places.get(sent.message_id, chat.last_cursor + 1)
        if any(here < chat.places.get(earlier, 0) for earlier in sent.follows):
            yield f"{sent.message_id} stands before what was answered before it was written"


def _understood(case: Case, sent: Sent) -> bool:
    return case.chat.outcomes(sent.message_id)[: len(sent.line.outcomes)] == sent.line.outcomes


def _texts(chat: Chat, message_id: str) -> list[str]:
    return [text for _, text in chat.replies(message_id)]


def _more(these: Sequence[Any], those: Sequence[Any]) -> list[Any]:
    """What is in these more often than in those."""
    return list((Counter(these) - Counter(those)).elements())
