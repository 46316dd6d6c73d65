"""Every table of the project, for comparing the models with the database."""

from __future__ import annotations

import bot.booking.models
import bot.conversations.models
import bot.dialogue.models
import bot.knowledge.models  # noqa: F401
from bot.database import Base

metadata = Base.metadata
