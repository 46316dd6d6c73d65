"""What an emergency is told when nothing else works: the safety rules alone, without Rasa or the action server."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

import spacy
from spacy.language import Language
from sqlalchemy.exc import SQLAlchemyError

from bot.conversations.handoff import request_handoff
from bot.conversations.inbound import Reply
from bot.conversations.models import Inbound
from bot.database import Database
from bot.errors import where
from bot.language.pipeline import ensure_pipeline
from bot.language.safety import assess
from bot.settings import Clinic, Settings

logger = logging.getLogger(__name__)


def urgent_reply(message: Inbound, database: Database, settings: Settings, clinic: Clinic) -> Reply | None:
    """The clinic's words for an emergency or a crisis, put before staff as well; None where the rules see neither."""
    level = assess(_pipeline(settings.data_dir / "spacy")(message.text)).level
    if level not in ("urgent", "crisis"):
        return None
    try:
        with database.transaction() as session:
            ids = (message.conversation_id, message.message_id)
            request_handoff(session, *ids, reason=level, summary=message.text)
    except SQLAlchemyError as error:  # the words matter more than the record
        logger.error(
            "An emergency in conversation %s was not recorded: %s", message.conversation_id, where(error)
        )
    return Reply(clinic.urgent_care.wording(level), outcome="urgent")


@lru_cache(maxsize=1)
def _pipeline(folder: Path) -> Language:
    return spacy.load(ensure_pipeline(folder))
