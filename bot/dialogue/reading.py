"""What a tracker's new events say about a turn: who wrote what, what was understood, what was said in return."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from rasa.shared.core.events import BotUttered, Event, UserUttered

from bot.conversations.conversation import Window
from bot.conversations.replies import Choice, Reply
from bot.conversations.turn import DialogueEvent, Said, Turn

OWN_CHANNEL = "api"  # of events that no channel brought


def read_turn(
    conversation_id: str, events: Sequence[Event], *, after: int, window: Window, model_version: str | None
) -> Turn:
    """The turn that these events make up.

    Args:
        events: the tracker's events after the one numbered `after`.
    """
    visitor = next((event for event in reversed(events) if isinstance(event, UserUttered)), None)
    return Turn(
        conversation_id=conversation_id,
        channel=(visitor.input_channel if visitor else None) or OWN_CHANNEL,
        after=after,
        events=[_dialogue_event(event) for event in events],
        said=_said(visitor) if visitor else None,
        replies=list(_replies(events)),
        model_version=model_version,
        window=window,
    )


def reply_from_message(message: Mapping[str, Any]) -> Reply:
    """A reply from what Rasa would send; an action's marks lie in it, those of a domain response are nested."""
    marks = {**(message.get("metadata") or {}), **message}
    return Reply(
        text=message["text"].strip(),
        choices=[Choice(button["title"], button["payload"]) for button in message.get("buttons") or []],
        topics=marks.get("topics") or [],
        outcome=marks.get("outcome"),
        sources=marks.get("sources") or [],
        knowledge_versions=marks.get("knowledge_versions") or {},
        failure=marks.get("failure"),
    )


def _replies(events: Iterable[Event]) -> Iterable[Reply]:
    for event in events:
        if isinstance(event, BotUttered) and event.text:
            yield reply_from_message(event.message())


def _said(visitor: UserUttered) -> Said:
    understood = visitor.parse_data
    return Said(
        id=visitor.message_id,
        text=visitor.text or "",
        intent=visitor.intent.get("name"),
        confidence=visitor.intent.get("confidence"),
        ranking=understood.get("intent_ranking") or [],
        entities=visitor.entities or [],
    )


def _dialogue_event(event: Event) -> DialogueEvent:
    return DialogueEvent(
        type=event.type_name,
        at=datetime.fromtimestamp(event.timestamp, timezone.utc),
        data=json.dumps(event.as_dict(), ensure_ascii=False),
    )
