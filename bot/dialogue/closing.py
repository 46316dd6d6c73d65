"""Ending a turn that failed: the visitor's words and the safe reply enter the dialogue, as after any other turn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.conversations.replies import Reply
from bot.errors import where

logger = logging.getLogger(__name__)

UNDERSTAND_SECONDS = 2.0  # it may be NLU that hangs
NOT_UNDERSTOOD: dict[str, Any] = {"intent": {"name": "nlu_fallback", "confidence": 0.0}, "entities": []}


async def understand(agent: Agent, message: UserMessage, *, before: Sequence[str] = ()) -> dict[str, Any]:
    """What NLU makes of the message, so that what was mentioned is known later; nothing where it is NLU that fails.

    Args:
        before: what the visitor wrote before it, oldest first: some signs are urgent only together.
    """
    if message.parse_data:
        return dict(message.parse_data)
    tracker = DialogueStateTracker.from_events(message.sender_id, [UserUttered(text) for text in before])
    try:
        parsing = agent.processor.parse_message(UserMessage(message.text), tracker)
        return dict(await asyncio.wait_for(parsing, UNDERSTAND_SECONDS))
    except Exception as error:
        logger.error("A message in conversation %s was not understood: %s", message.sender_id, where(error))
        return dict(NOT_UNDERSTOOD)


async def close_turn(agent: Agent, message: UserMessage, understood: dict[str, Any], reply: Reply) -> None:
    """Answer the message, which was `understood` so, with `reply`, and go on listening; a "yes" to it asks for a person.

    Raises:
        StaleConversationError, AlreadyAnsweredError, ConversationGoneError: see `commit_turn`.
    """
    tracker = await agent.processor.fetch_tracker_and_update_session(message.sender_id, message.output_channel)
    buttons = [{"title": choice.title, "payload": choice.payload} for choice in reply.choices]
    marks = {"outcome": reply.outcome, "failure": reply.failure}
    for event in (
        UserUttered(
            message.text,
            understood["intent"],
            understood["entities"],
            {"text": message.text, **understood},
            input_channel=message.input_channel,
            message_id=message.message_id,
        ),
        BotUttered(reply.text, {"buttons": buttons}, marks),
        SlotSet("offer", "person"),
        ActionExecuted(ACTION_LISTEN_NAME),
    ):
        tracker.update(event, agent.domain)
    await agent.tracker_store.save(tracker)
