"""What every action shares: work in a thread, a time budget, and a safe reply instead of silence."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.database import Database
from bot.settings import Clinic, load_clinic, load_settings

logger = logging.getLogger(__name__)

ACTION_SECONDS = 5.0


@dataclass
class Say:
    """What an action says and remembers.

    Args:
        text: the words, or "" where `response` names a response of the domain instead.
        values: what fills the response's placeholders.
        offer: what a "yes" after this would mean: `consultation` or `person`.
        events: further events for the tracker.
    """

    outcome: str
    text: str = ""
    response: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)
    sources: list[dict[str, str]] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)
    offer: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)


class ClinicAction(Action, ABC):  # type: ignore[misc]
    """Subclasses implement `decide`, which runs in a thread and may use the database."""

    @abstractmethod
    def decide(self, tracker: Tracker) -> Say:
        """Call one service and say what came of it."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        try:
            say = await asyncio.wait_for(asyncio.to_thread(self.decide, tracker), ACTION_SECONDS)
        except Exception:
            logger.exception("%s failed in conversation %s.", self.name(), tracker.sender_id)
            dispatcher.utter_message(response="utter_safe_reply", outcome="handoff")
            return [SlotSet("offer", "person")]
        utter(dispatcher, say)
        not_understood = misunderstandings(tracker) + 1 if say.outcome in ("clarify", "unanswered") else 0
        return [SlotSet("offer", say.offer), SlotSet("misunderstandings", not_understood), *say.events]


def utter(dispatcher: CollectingDispatcher, say: Say) -> None:
    """Hand what is said to the dispatcher, with the marks that the channel stores."""
    marks = {"outcome": say.outcome, "topics": say.topics, "sources": say.sources}
    if say.response:
        dispatcher.utter_message(response=say.response, buttons=say.buttons, **say.values, **marks)
    else:
        dispatcher.utter_message(text=say.text, buttons=say.buttons, **marks)


def misunderstandings(tracker: Tracker) -> int:
    """How many turns in a row, up to now, went without an answer."""
    return int(tracker.get_slot("misunderstandings") or 0)


def inbound_id(tracker: Tracker) -> str:
    """The id of the visitor's message: the unique key of whatever an action stores."""
    return str(tracker.latest_message.get("message_id"))


def question(tracker: Tracker) -> str:
    """What the visitor wrote."""
    return str(tracker.latest_message.get("text") or "")


@lru_cache(maxsize=1)
def database() -> Database:
    """The action server's one database."""
    return Database(load_settings().database_url)


@lru_cache(maxsize=1)
def clinic() -> Clinic:
    """The clinic's own settings."""
    return load_clinic(load_settings().clinic_file)
