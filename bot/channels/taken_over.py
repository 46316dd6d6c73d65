"""A conversation that a person at the clinic has: the assistant hears its messages, and speaks only in an emergency."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from bot.conversations.history import visitor_texts
from bot.conversations.left_to_staff import leave_to_staff
from bot.conversations.models import Inbound
from bot.conversations.replies import Reply
from bot.conversations.takeover import current_takeover, hand_back_if_idle
from bot.conversations.turn import AlreadyAnsweredError, Said, StaleConversationError
from bot.database import Database, now
from bot.dialogue.adjustments import adjust
from bot.dialogue.closing import close_turn, understand
from bot.dialogue.processor import MOST_TEXTS
from bot.errors import where
from bot.settings import Handover

logger = logging.getLogger(__name__)


class TakenOver:
    """Stands before Rasa: a conversation that a person has does not reach it. Called under the conversation's lock.

    Args:
        emergency: what is said in spite of the person, where the message calls for it (by the level that the model hears in
            it, or by the rules); puts it before staff. Runs in a thread.
    """

    def __init__(
        self,
        database: Database,
        *,
        agent: Callable[[], Agent],
        handover: Handover,
        emergency: Callable[[Inbound, str | None], Reply | None],
    ) -> None:
        self._database = database
        self._agent = agent
        self._handover = handover
        self._emergency = emergency

    async def has(self, conversation_id: str) -> bool:
        """Whether a person has the conversation; one who has been silent for too long gives it back here."""
        return await asyncio.to_thread(self._has, conversation_id)

    async def hear(self, message: Inbound, sent: UserMessage) -> None:
        """Leave the message to the person, or say the words for an emergency, and nothing else.

        The message stays unanswered where neither can be stored, or where the person has left in the meantime.
        """
        agent = self._agent()
        adjust(agent)
        before = await asyncio.to_thread(self._texts_before, message)
        understood = await understand(agent, sent, before=before)
        level = (understood.get("safety") or {}).get("level")
        reply = await asyncio.to_thread(self._emergency, message, level)
        if reply is None:
            await asyncio.to_thread(self._leave, message, _said(message, understood))
            return
        try:
            await close_turn(agent, sent, understood, reply)
        except (StaleConversationError, AlreadyAnsweredError) as error:
            logger.info("Another turn came first in %s: %s", message.conversation_id, where(error))

    def _has(self, conversation_id: str) -> bool:
        with self._database.reading() as session:
            held = current_takeover(session, conversation_id)
        if held is None or not held.is_idle(now(), self._handover):
            return held is not None
        with self._database.transaction() as session:
            hand_back_if_idle(session, conversation_id, handover=self._handover)
            return current_takeover(session, conversation_id) is not None

    def _texts_before(self, message: Inbound) -> list[str]:
        """What the visitor wrote before, for signs that are urgent only together; Rasa's dialogue does not hold it."""
        ids = (message.conversation_id, message.message_id)
        with self._database.reading() as session:
            return visitor_texts(session, ids[0], until=ids[1], most=MOST_TEXTS + 1)[:-1]

    def _leave(self, message: Inbound, said: Said) -> None:
        with self._database.transaction() as session:
            leave_to_staff(session, message.conversation_id, said)


def _said(message: Inbound, understood: dict[str, Any]) -> Said:
    intent = understood.get("intent") or {}
    return Said(
        id=message.message_id,
        text=message.text,
        intent=intent.get("name"),
        confidence=intent.get("confidence"),
        ranking=understood.get("intent_ranking") or (),
        entities=understood.get("entities") or (),
    )
