"""What crosses the wire between the widget and the server: reading it strictly, writing it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bot.conversations.models import Message
from bot.conversations.typed_text import MOST_CHARACTERS, visible_text
from bot.errors import BotError

MOST_BODY_BYTES = 32 * 1024
MOST_CHOICE_CHARACTERS = 200
# What would make Rasa read a message as a command, also behind spaces and invisible characters.
_LEADING = re.compile(r"^[\s/\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]+")


class RequestError(BotError):
    """A request that cannot be served: HTTP status, error code and what to do."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retry_after = retry_after


@dataclass(frozen=True)
class Submission:
    """One message as the widget sends it: typed text, or the id of an offered choice."""

    id: str
    text: str
    choice: str | None


def read_submission(body: bytes) -> Submission:
    """Read the body of `POST /messages`.

    Raises:
        RequestError: 400 (not JSON), 413 (too large) or 422 (a field is missing, wrong, empty or too long).
    """
    content = read_object(body)
    text, choice = content.get("text"), content.get("choice")
    if (text is None) == (choice is None):
        raise _unprocessable("Send either 'text' or 'choice'.")
    if choice is not None:
        return Submission(_message_id(content.get("id")), "", _choice(choice))
    return Submission(_message_id(content.get("id")), _text(text), None)


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object from a request's body; an empty body is an empty object.

    Raises:
        RequestError: 400 or 413.
    """
    if len(body) > MOST_BODY_BYTES:
        raise RequestError(413, "too_large", "That is too long to send. Please shorten it.")
    try:
        content = json.loads(body.decode("utf-8")) if body.strip() else {}
    except (ValueError, RecursionError) as error:
        raise RequestError(400, "bad_json", "The request is not valid JSON in UTF-8.") from error
    if not isinstance(content, dict):
        raise RequestError(400, "bad_json", "The request must be a JSON object.")
    return content


def clean_text(text: str) -> str:
    """What was typed, without control characters, broken surrogates, leading slashes and surrounding space."""
    return _LEADING.sub("", visible_text(text)).rstrip()


def message_json(message: Message) -> dict[str, Any]:
    """A stored message as the contract's Reply, or as a visitor's own message."""
    shared = {
        "id": message.id,
        "cursor": message.cursor,
        "from": message.sender,
        "at": message.at.isoformat(),
        "text": message.text,
    }
    if message.sender == "visitor":
        return shared
    return {
        **shared,
        "choices": [{"id": choice["id"], "title": choice["title"]} for choice in message.choices],
        "topics": message.topics,
        "outcome": message.outcome,
        "sources": message.sources,
    }


def _message_id(value: Any) -> str:
    if isinstance(value, str):
        try:
            return str(UUID(value))
        except ValueError:
            pass
    raise _unprocessable("'id' must be a UUID that the client chose.")


def _choice(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MOST_CHOICE_CHARACTERS:
        raise _unprocessable("'choice' must be the id of an offered choice.")
    return clean_text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _unprocessable("'text' must be text.")
    text = clean_text(value)
    if not text:
        raise _unprocessable("Please write a message first.")
    if len(text) > MOST_CHARACTERS:
        raise _unprocessable(f"Please keep a message under {MOST_CHARACTERS:,} characters.")
    return text


def _unprocessable(message: str) -> RequestError:
    return RequestError(422, "invalid", message)
