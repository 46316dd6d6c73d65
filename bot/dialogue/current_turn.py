"""What the channel knows of the turn that it runs and the tracker store needs, and the other way round.

Rasa stands between the two and passes neither on. Both are a read of the database less: where the dialogue stood when the
message was stored, and what the commit left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from bot.conversations.conversation import Head
from bot.conversations.turn import Committed


@dataclass
class CurrentTurn:
    """The turn that runs in this task.

    Args:
        head: where the dialogue stood, as far as that is known; the store uses it once and then looks for itself.
        committed: what was stored; None until then.
    """

    conversation_id: str
    head: Head | None = None
    committed: Committed | None = None

    def take_head(self) -> Head | None:
        """The head that is known, for the first who asks."""
        head, self.head = self.head, None
        return head


_current: ContextVar[CurrentTurn | None] = ContextVar("current_turn", default=None)


@contextmanager
def running_turn(conversation_id: str, head: Head | None = None) -> Iterator[CurrentTurn]:
    """Everything inside, and in the tasks begun there, belongs to this turn."""
    turn = CurrentTurn(conversation_id, head)
    token = _current.set(turn)
    try:
        yield turn
    finally:
        _current.reset(token)


def current_turn(conversation_id: str) -> CurrentTurn | None:
    """The turn of the conversation that this task runs; None outside of one: Rasa's own interfaces have none."""
    turn = _current.get()
    return turn if turn is not None and turn.conversation_id == conversation_id else None
