"""What an emergency is told when nothing else works, or when a person has the conversation: without Rasa's dialogue or the
action server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

from bot.conversations.alerts import alert_routes
from bot.conversations.conversation import require_not_erased
from bot.conversations.handoff import request_handoff
from bot.conversations.models import Inbound
from bot.conversations.replies import Reply
from bot.database import Database
from bot.dialogue.loaded_pipeline import loaded_pipeline
from bot.errors import where
from bot.language.safety import assess
from bot.settings import Clinic, Settings

logger = logging.getLogger(__name__)

READY_AFTER_SECONDS = 5.0
EMERGENCIES = ("crisis", "urgent")  # gravest first
SERIOUS = (*EMERGENCIES, "concerning")


@dataclass(frozen=True)
class SafeWords:
    """What is said to a message whose turn failed: to one that reports something for a clinician, and to any other."""

    concerning: Reply
    ordinary: Reply


async def get_ready(settings: Settings) -> None:
    """Load the safety rules once the server has begun to answer, so that an emergency need not wait for them."""
    await asyncio.sleep(READY_AFTER_SECONDS)
    await asyncio.to_thread(loaded_pipeline, settings.data_dir / "spacy")


def unavailable_wording(clinic: Clinic) -> str:
    """What is said while nothing can be stored: that it will be sent again, and how to reach a person meanwhile."""
    number = clinic.urgent_care.emergency_number or "your local emergency number"
    reached = " or ".join(filter(None, (clinic.contact.phone, clinic.contact.email)))
    person = f" To reach the clinic yourself: {reached}." if reached else ""
    return f"We can't take your message just now and will try again by ourselves. In an emergency, call {number}.{person}"


def urgent_wording(text: str, settings: Settings, clinic: Clinic) -> str | None:
    """The clinic's words for an emergency or a crisis; None where the rules see neither."""
    level = urgent_level(text, settings)
    return clinic.urgent_care.wording(level) if level else None


def urgent_level(text: str, settings: Settings) -> str | None:
    """`urgent`, `crisis` or None, by the safety rules alone."""
    level = _level(text, settings)
    return level if level in EMERGENCIES else None


def safe_reply(
    message: Inbound,
    failure: str,
    heard: str | None,
    words: SafeWords,
    database: Database,
    settings: Settings,
    clinic: Clinic,
) -> Reply:
    """What a message gets whose turn failed: for an emergency or a report the words for it, put before staff as well, or the
    ordinary ones.

    Args:
        heard: the level that Rasa's model hears in the message, where that could be asked; the rules are asked anyway.

    Raises:
        SQLAlchemyError: a report cannot be put before staff just now. The message stays unanswered and is tried again;
            meanwhile the visitor of an emergency is refused with the same words.
    """
    level = _gravest(heard, _level(message.text, settings), among=SERIOUS)
    if level is None:
        return replace(words.ordinary, failure=failure)
    _put_before_staff(message, level, database, settings, clinic)
    if level == "concerning":
        return replace(words.concerning, failure=failure)
    return Reply(clinic.urgent_care.wording(level), outcome="urgent", failure=failure)


def emergency_reply(
    message: Inbound, heard: str | None, database: Database, settings: Settings, clinic: Clinic
) -> Reply | None:
    """What a message gets although a person has the conversation: for an emergency or a crisis the clinic's words, put before
    staff as well; None for any other, which is the person's to answer.

    Args:
        heard: the level that Rasa's model hears in the message, where that could be asked; the rules are asked anyway.

    Raises:
        SQLAlchemyError: it cannot be put before staff just now. The message stays unanswered and is tried again.
    """
    level = _gravest(heard, _level(message.text, settings), among=EMERGENCIES)
    if level is None:
        return None
    _put_before_staff(message, level, database, settings, clinic)
    return Reply(clinic.urgent_care.wording(level), outcome="urgent")


def _gravest(*levels: str | None, among: Sequence[str]) -> str | None:
    return next((level for level in among if level in levels), None)


def _put_before_staff(
    message: Inbound, level: str, database: Database, settings: Settings, clinic: Clinic
) -> None:
    try:
        with database.transaction() as session:
            require_not_erased(session, message.conversation_id)
            ids = (message.conversation_id, message.message_id)
            alert_to = alert_routes(settings, clinic)
            request_handoff(session, *ids, reason=level, summary=message.text, alert_to=alert_to)
    except (
        DataError,
        IntegrityError,
        ProgrammingError,
    ) as error:  # ours, and would last: the words matter more
        logger.error("A report in conversation %s was not recorded: %s", message.conversation_id, where(error))


def _level(text: str, settings: Settings) -> str | None:
    return assess(loaded_pipeline(settings.data_dir / "spacy")(text)).level
