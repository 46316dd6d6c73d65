"""The part of a dialogue that is replayed: its last turns, with the state that they began in.

Every prediction, and every call of the action server, goes through all events of a tracker. Without a bound a turn costs
more the longer a conversation is; what the rules, the forms and the actions look at lies within a few turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    ConversationResumed,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
)

from bot.conversations.conversation import Window

TURNS = 2  # a rule spans one message of the visitor; the safety rules look back at two
State = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Position:
    """Where a tracker stands in its conversation: the window, and how many events after it are stored."""

    window: Window
    stored: int = 0

    @property
    def last_seq(self) -> int:
        """Number of the last stored event."""
        return self.window.seq + self.stored

    @property
    def known(self) -> int:
        """How many of the tracker's events are not new: those that make up the state, and those stored."""
        return len(self.window.state) + self.stored


def state_events(state: Iterable[Mapping[str, Any]]) -> list[Event]:
    """The events that bring an empty tracker into the window's state."""
    return [event for entry in state if (event := Event.from_parameters(dict(entry)))]


def move_window(window: Window, events: Sequence[Event], *, turns: int = TURNS) -> Window:
    """The window that holds the last `turns` turns.

    Args:
        events: all events after the present window's `seq`.
    """
    beginning = _beginning_of_last(events, turns)
    if beginning == 0:
        return window
    return Window(window.seq + beginning, _state_after(window.state, events[:beginning]))


def _beginning_of_last(events: Sequence[Event], turns: int) -> int:
    """Index of the "listen" that the last turns follow; each turn ends with one of its own."""
    listens = [index for index, event in enumerate(events) if _listens(event)]
    return listens[-turns - 1] if len(listens) > turns else 0


def _listens(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME


def _state_after(state: State, events: Iterable[Event]) -> State:
    """The slots, the form and the pause after these events, as the fewest events that lead there."""
    slots: dict[str, Any] = {}
    loop: str | None = None
    paused = False
    for event in [*state_events(state), *events]:
        if isinstance(event, SlotSet):
            slots[event.key] = event.value
        elif isinstance(event, ActiveLoop):
            loop = event.name
        elif isinstance(event, (ConversationPaused, ConversationResumed)):
            paused = isinstance(event, ConversationPaused)
        elif isinstance(event, (AllSlotsReset, Restarted, SessionStarted)):
            slots = {}
            loop, paused = (loop, paused) if isinstance(event, AllSlotsReset) else (None, False)
    told: list[dict[str, Any]] = [
        {"event": SlotSet.type_name, "name": name, "value": value} for name, value in slots.items()
    ]
    if loop:
        told.append({"event": ActiveLoop.type_name, "name": loop})
    if paused:
        told.append({"event": ConversationPaused.type_name})
    return told
