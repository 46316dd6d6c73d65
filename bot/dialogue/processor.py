"""Rasa's message processor without what costs time in every turn and changes nothing here."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import lru_cache, partial
from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection, ActionListen, RemoteAction
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import ActionExecutionRejected, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.form_answers import ANSWER, FORM, answers_step
from bot.language.follow_ups import BEFORE

MOST_TEXTS = 2  # of the visitor's earlier messages; the safety rules look at them together with the present one


class ClinicProcessor(MessageProcessor):
    """Does what `MessageProcessor` does.

    - Messages are understood in a thread of their own: the encoder computes outside Python's lock, and meanwhile the event
      loop serves other conversations. Rasa would let all of them wait. (NLU over HTTP, which nothing here uses, is left out.)
    - The tracker is not copied for an action that cannot change it: one of the action server's, or "listen". Rasa copies it by
      replaying all of its events.
    - Nothing is copied for a debug log that nobody reads.
    - What understands a message is told what was said before it (`bot.language.follow_ups.Before`).
    - What answers a step of the booking form is that form's, whatever it sounds like by itself.
    - Intents and entities are compared with the domain when a model is validated (`make check`), not at every message.
    """

    async def parse_message(
        self,
        message: UserMessage,
        tracker: DialogueStateTracker | None = None,
        only_output_properties: bool = True,
    ) -> dict[str, Any]:
        tracker = tracker or DialogueStateTracker.from_events(message.sender_id, [])
        told = copy(message)
        told.metadata = {**(message.metadata or {}), BEFORE: _before(tracker)}
        understand = partial(self._parse_message_with_graph, told, tracker, only_output_properties)
        parsed: dict[str, Any] = await asyncio.get_running_loop().run_in_executor(_nlu_thread(), understand)
        self._update_full_retrieval_intent(parsed)
        step = tracker.get_slot(REQUESTED_SLOT) if tracker.active_loop_name == FORM else None
        if step and answers_step(parsed, step=step):
            parsed["intent"] = {"name": ANSWER, "confidence": 1.0}
        return parsed

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        if prediction.events or not isinstance(action, (RemoteAction, ActionListen)):
            goes_on = await super()._run_action(action, tracker, output_channel, nlg, prediction)
            return bool(goes_on)
        try:
            events = await action.run(output_channel, nlg, tracker, self.domain)
        except ActionExecutionRejection:
            rejected = ActionExecutionRejected(action.name(), prediction.policy_name, prediction.max_confidence)
            tracker.update(rejected)
        else:
            self._log_action_on_tracker(tracker, action, events, prediction)
            await self.execute_side_effects(events, tracker, output_channel)
        return bool(self.should_predict_another_action(action.name()))

    def _log_action_on_tracker(
        self,
        tracker: DialogueStateTracker,
        action: Action,
        events: list[Event] | None,
        prediction: PolicyPrediction,
    ) -> None:
        events = events or []
        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)


def _before(tracker: DialogueStateTracker) -> dict[str, Any]:
    """What was said before, as `bot.language.follow_ups` and the safety rules want it; kept in slots by the actions.

    In a form only the safety rules are told: a name, or "why?" to being asked for one, follows on the form's question.
    """
    slots = {} if tracker.active_loop_name else tracker.current_slot_values()
    texts = [event.text for event in tracker.events if isinstance(event, UserUttered) and event.text]
    return {
        "question": slots.get("question"),
        "topics": slots.get("topics"),
        "cautions": slots.get("cautions"),
        "texts": texts[-MOST_TEXTS:],
    }


@lru_cache(maxsize=1)
def _nlu_thread() -> ThreadPoolExecutor:
    """One thread: the pipeline's components were not made to be used by two at once."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="nlu")
