"""The window begins at a turn's boundary and tells the state before it in the fewest events."""

from __future__ import annotations

import pytest
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
    UserUttered,
)

from bot.conversations.conversation import Window
from bot.dialogue.window import move_window, state_events

LISTEN = ActionExecuted("action_listen")
START = Window(0, ())


def one_turn(*events: Event) -> list[Event]:
    return [UserUttered("hi"), ActionExecuted("utter_greet"), *events, LISTEN]


def test_short_dialogue_keeps_its_window() -> None:
    assert move_window(START, [LISTEN, *one_turn(), *one_turn()], turns=2) == START


def test_window_begins_with_the_listening_before_its_first_turn() -> None:
    events = [LISTEN, *one_turn(), *one_turn(), *one_turn()]
    window = move_window(START, events, turns=2)
    assert window == Window(3, [])
    assert events[3] is LISTEN


def test_window_moves_on_from_where_it_was() -> None:
    window = Window(40, ({"event": "slot", "name": "name", "value": "Example"},))
    assert move_window(window, [LISTEN, *one_turn(), *one_turn()], turns=1) == Window(
        43, [{"event": "slot", "name": "name", "value": "Example"}]
    )


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([SlotSet("a", 1), SlotSet("a", 2)], [SlotSet("a", 2)]),
        ([SlotSet("a", 1), AllSlotsReset()], []),
        ([SlotSet("a", 1), Restarted()], []),
        ([SlotSet("a", 1), SessionStarted(), SlotSet("a", 3)], [SlotSet("a", 3)]),
        ([ActiveLoop("form"), AllSlotsReset()], [ActiveLoop("form")]),
        ([ActiveLoop("form"), ActiveLoop(None)], []),
        ([ActiveLoop("form"), SessionStarted()], []),
        ([ConversationPaused()], [ConversationPaused()]),
        ([ConversationPaused(), ConversationResumed()], []),
        ([SlotSet("a", None)], [SlotSet("a", None)]),
    ],
)
def test_state_is_what_the_events_lead_to(events: list[Event], state: list[Event]) -> None:
    window = move_window(START, [*events, *one_turn(), *one_turn()], turns=1)
    assert state_events(window.state) == state
