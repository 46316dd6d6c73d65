"""Named pieces of a turn, timed inside the server without changing it: functions are wrapped as their modules load.

A piece's own time is its time without that of the pieces within it, so that all of them add up to the turn.
"""

from __future__ import annotations

import functools
import inspect
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

# (module, qualified name, group). What a module no longer has is passed over: its time shows in the piece around it.
PIECES = (
    ("rasa.core.agent", "Agent.handle_message", "Rasa: between the pieces"),
    ("rasa.core.processor", "MessageProcessor.fetch_tracker_with_initial_session", "tracker: read"),
    ("rasa.core.processor", "MessageProcessor.fetch_tracker_and_update_session", "tracker: read"),
    ("rasa.core.processor", "MessageProcessor.get_tracker", "tracker: read"),
    ("rasa.core.processor", "MessageProcessor.save_tracker", "tracker: save"),
    ("rasa.core.processor", "MessageProcessor.parse_message", "NLU: around the graph"),
    ("rasa.core.processor", "MessageProcessor.run_action_extract_slots", "actions: extract slots"),
    ("rasa.core.processor", "MessageProcessor._predict_next_with_tracker", "policies: around the graph"),
    ("rasa.core.processor", "MessageProcessor._run_action", "actions: in Rasa"),
    ("rasa.core.actions.action", "RemoteAction.run", "actions: request and reply"),
    ("rasa.utils.endpoints", "EndpointConfig.request", "actions: action server's answer"),
    ("rasa.engine.graph", "GraphNode.__call__", "graph"),
    ("rasa.engine.runner.dask", "DaskGraphRunner.run", "graph: the runner itself"),
    ("bot.channels.widget.channel", "WidgetChannel._receive", "channel: store the message"),
    ("bot.channels.widget.channel", "WidgetChannel._replies", "channel: read the replies"),
    ("bot.channels.widget.channel", "WidgetChannel._start_conversation", "channel: open a session"),
    ("bot.dialogue.lock_store", "Lock.__aenter__", "lock: enter"),
    ("bot.dialogue.lock_store", "Lock.__aexit__", "lock: leave"),
    ("bot.dialogue.tracker_store", "ClinicTrackerStore._head", "tracker: read, SQL"),
    ("bot.dialogue.tracker_store", "ClinicTrackerStore._load", "tracker: read, SQL and replay"),
    ("bot.dialogue.tracker_store", "ClinicTrackerStore._commit", "tracker: save, SQL"),
    ("bot.channels.turns", "Turns._next", "channel: take the message"),
    ("bot.channels.turns", "Turns._store", "channel: store the replies"),
)

_inner: ContextVar[list[float] | None] = ContextVar("inner", default=None)
totals: dict[str, float] = defaultdict(float)
counts: dict[str, int] = defaultdict(int)


class WrapOnImport(MetaPathFinder):
    """Wraps the pieces of a module right after it was loaded, so that nothing is loaded earlier than it would be."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not any(name == module for module, _, _ in PIECES):
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                _wrap_after_loading(spec)
                return spec
        return None


def reset() -> None:
    """Forget what was timed until now."""
    totals.clear()
    counts.clear()


@dataclass
class _Timing:
    """One running piece: when it began, and the list in which the pieces within it leave their times."""

    group: str
    started: float
    outer: list[float] | None
    token: Any
    inner: list[float]

    @classmethod
    def begin(cls, group: str) -> _Timing:
        inner: list[float] = []
        outer = _inner.get()
        return cls(group, time.perf_counter(), outer, _inner.set(inner), inner)

    def end(self) -> None:
        seconds = time.perf_counter() - self.started
        _inner.reset(self.token)
        totals[self.group] += seconds - sum(self.inner)
        counts[self.group] += 1
        if self.outer is not None:
            self.outer.append(seconds)


def _wrap_after_loading(spec: ModuleSpec) -> None:
    loader: Any = spec.loader
    load = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        load(module)
        for name, qualified, group in PIECES:
            if name == module.__name__:
                _wrap(module, qualified, group)

    loader.exec_module = exec_module


def _wrap(module: ModuleType, qualified: str, group: str) -> None:
    owner_name, _, name = qualified.partition(".")
    owner = getattr(module, owner_name, None)
    function = getattr(owner, name, None)
    if function is not None:
        setattr(owner, name, _timed(function, group))


def _timed(function: Callable[..., Any], group: str) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def timed_coroutine(*args: Any, **kwargs: Any) -> Any:
            timing = _Timing.begin(_name(group, args))
            try:
                return await function(*args, **kwargs)
            finally:
                timing.end()

        return timed_coroutine

    @functools.wraps(function)
    def timed(*args: Any, **kwargs: Any) -> Any:
        timing = _Timing.begin(_name(group, args))
        try:
            return function(*args, **kwargs)
        finally:
            timing.end()

    return timed


def _name(group: str, args: Sequence[Any]) -> str:
    """A node of Rasa's graph is called by its own name, such as `run_SpacyTokenizer1`."""
    return f"graph: {args[0]._node_name}" if group == "graph" else group
