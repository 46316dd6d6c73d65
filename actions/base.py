"""What every action shares: work in a thread, a time budget, and a safe reply instead of silence."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict
from sqlalchemy.orm import Session

from bot.conversations.alerts import AlertRoutes, alert_routes
from bot.conversations.conversation import require_not_erased
from bot.database import Database
from bot.errors import where
from bot.knowledge.service import Answer
from bot.settings import Clinic, load_clinic, load_settings

logger = logging.getLogger(__name__)

ACTION_SECONDS = 5.0


@dataclass
class Say:
    """What an action says and remembers.

    Args:
        text: the words, or "" where `response` names a response of the domain instead.
        values: what fills the response's placeholders.
        entries: the knowledge entries that the words come from.
        offer: what a "yes" after this would mean: `consultation` or `person`.
        events: further events for the tracker.
        failure: what went wrong where this is said instead of an answer.
    """

    outcome: str
    text: str = ""
    response: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    entries: list[Answer] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)
    offer: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    failure: str = ""


class ClinicAction(Action, ABC):  # type: ignore[misc]
    """Subclasses implement `decide`, which runs in a thread and may use the database."""

    @abstractmethod
    def decide(self, tracker: Tracker) -> Say:
        """Call one service and say what came of it."""

    def apologise(self, tracker: Tracker) -> Say:
        """What is said when `decide` failed or took too long; it must not need the database. Where it says nothing, the turn
        is not stored, and the channel answers in its place."""
        return Say(outcome="handoff", response="utter_safe_reply", offer="person")

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        try:
            say = await asyncio.wait_for(asyncio.to_thread(self.decide, tracker), ACTION_SECONDS)
        except Exception as error:
            logger.error("%s failed in conversation %s: %s", self.name(), tracker.sender_id, where(error))
            say = self.apologise(tracker)
            say.failure = where(error)
        if say.text or say.response:
            utter(dispatcher, say)
        not_understood = misunderstandings(tracker) + 1 if say.outcome in ("clarify", "unanswered") else 0
        return [
            SlotSet("offer", say.offer or "nothing"),
            SlotSet("misunderstandings", not_understood),
            *say.events,
        ]


def utter(dispatcher: CollectingDispatcher, say: Say) -> None:
    """Hand what is said to the dispatcher, with the marks that are stored beside it."""
    marks = {
        "outcome": say.outcome,
        "topics": [entry.slug for entry in say.entries],
        "sources": _sources(say.entries),
        "knowledge_versions": {entry.slug: entry.version for entry in say.entries},
        "failure": say.failure,
    }
    if say.response:
        dispatcher.utter_message(response=say.response, buttons=say.buttons, **say.values, **marks)
    else:
        dispatcher.utter_message(text=say.text, buttons=say.buttons, **marks)


def _sources(entries: list[Answer]) -> list[dict[str, str]]:
    sources: list[dict[str, str]] = []
    for entry in entries:
        sources += [source for source in entry.sources if source not in sources]
    return sources


def misunderstandings(tracker: Tracker) -> int:
    """How many turns in a row, up to now, went without an answer."""
    return int(tracker.get_slot("misunderstandings") or 0)


def inbound_id(tracker: Tracker) -> str:
    """The id of the visitor's message: the unique key of whatever an action stores."""
    return str(tracker.latest_message.get("message_id"))


def question(tracker: Tracker) -> str:
    """What the visitor wrote."""
    return str(tracker.latest_message.get("text") or "")


def intent(tracker: Tracker) -> str:
    """What the message was taken for; unlike the tracker's own method, also where it was taken for nothing certain."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")


def meant(tracker: Tracker) -> str:
    """What NLU took the message for, also where a form has it as an answer."""
    ranking = tracker.latest_message.get("intent_ranking") or [{}]
    return str(ranking[0].get("name") or "")


def was_typed(tracker: Tracker) -> bool:
    """Whether the message was typed; a button that was pressed never went through NLU."""
    return "understanding" in tracker.latest_message


@contextmanager
def transaction(tracker: Tracker) -> Iterator[Session]:
    """A session that writes for the conversation.

    Raises:
        ConversationGoneError: the visitor erased it while the action was at work; nothing may be written then.
    """
    with database().transaction() as session:
        require_not_erased(session, tracker.sender_id)
        yield session


@lru_cache(maxsize=1)
def database() -> Database:
    """The action server's one database."""
    return Database(load_settings().database_url)


@lru_cache(maxsize=1)
def clinic() -> Clinic:
    """The clinic's own settings."""
    return load_clinic(load_settings().clinic_file)


@lru_cache(maxsize=1)
def alert_to() -> AlertRoutes:
    """How staff are told of a handoff."""
    return alert_routes(load_settings(), clinic())
