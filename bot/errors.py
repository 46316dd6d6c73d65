"""The errors this project raises on purpose, each with a sentence fit for a person."""

from __future__ import annotations

import traceback


class BotError(Exception):
    """Something went wrong that a person can act on; `message` says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SettingsError(BotError):
    """A setting, `clinic.toml` or `.env` cannot be used."""


class KnowledgeError(BotError):
    """An answer's file or entry is not valid."""


class SetupError(BotError):
    """The machine lacks something the assistant needs to start."""


def where(error: BaseException) -> str:
    """What kind of error it is and the way it came, for a log line: never its message, which may quote a visitor."""
    frames = traceback.extract_tb(error.__traceback__)
    path = " > ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__module__}.{type(error).__name__} at {path}"
