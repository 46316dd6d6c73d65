"""What Rasa does, offers no setting for, and is put right here, where it costs safety or time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import aiohttp
import dask.core
from rasa.core.actions import action
from rasa.core.agent import Agent
from rasa.shared.core.events import Event
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from bot.dialogue.processor import ClinicProcessor

# Set in the task of a turn: the action that could not be run. The tracker store then refuses to save.
failed_action: ContextVar[str | None] = ContextVar("failed_action", default=None)

ACTION_CALL_SECONDS = 6.0  # an action gives up after five and says so itself; this is for a server that hangs
# Less than the five seconds after which the action server's Sanic closes an idle connection (its KEEP_ALIVE_TIMEOUT).
KEPT_OPEN_SECONDS = 3.0
SWITCH_SECONDS = 0.0002


def adjust(agent: Agent) -> None:
    """Apply to the running Rasa; called before every turn, since the agent may be replaced.

    - An error of the tracker store ends the turn. Rasa's wrapper would log it (and with it what a visitor wrote), go on
      with an empty tracker and save into memory. Its hook for errors is an argument that Rasa never passes.
    - The action server has seconds to answer, not five minutes, and its connection is kept open between calls.
    - An action that could not be run ends the turn. Rasa would log it as done and let whatever comes next speak, so that in a form
      an emergency is asked for a name.
    - Its answer is checked by what is used of it. Rasa validates the JSON schema against its meta-schema at every call,
      which was two thirds of a turn's processor time.
    - A turn is run by `ClinicProcessor`.
    - Threads hand over Python's lock after 0.2 ms instead of 5: those that read and write the database, and the one that
      understands messages, want it for moments only, and would wait the 5 ms each time. At sixteen visitors at once this
      took a quarter off the longest waits.
    - Which class an event's name stands for is looked up once; Rasa inspects all of its classes for each event.
    - The model's graph, a dozen steps one after the other, is run by Dask's plain loop instead of its task scheduler.
    """
    dask.get = dask.core.get
    sys.setswitchinterval(SWITCH_SECONDS)
    agent.tracker_store._on_tracker_store_error = _raise
    agent.processor.__class__ = ClinicProcessor
    Event.resolve_by_type = _class_of_event
    action.RemoteAction._validate_action_result = _require_usable_result
    action.RemoteAction.run = _run_and_tell
    endpoint = agent.processor.action_endpoint
    if endpoint is not None and not isinstance(endpoint, KeptOpenEndpoint):
        agent.action_endpoint = agent.processor.action_endpoint = KeptOpenEndpoint.of(endpoint)


async def release(agent: Agent) -> None:
    """Close what was kept open for the agent."""
    endpoint = agent.processor.action_endpoint if agent.processor else None
    if isinstance(endpoint, KeptOpenEndpoint):
        await endpoint.close()


class KeptOpenEndpoint(EndpointConfig):
    """An endpoint whose connection serves one call after the other; Rasa's own opens one for each."""

    _session: aiohttp.ClientSession | None = None
    _loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    def of(cls, endpoint: EndpointConfig) -> KeptOpenEndpoint:
        """The same endpoint, kept open."""
        kept = cls(url=endpoint.url)
        kept.__dict__.update(endpoint.__dict__)
        return kept

    @asynccontextmanager
    async def session(self) -> AsyncIterator[aiohttp.ClientSession]:
        """The session that every call shares; another after this event loop's end."""
        loop = asyncio.get_running_loop()
        if self._session is None or self._session.closed or self._loop is not loop:
            self._loop, self._session = loop, self._open()
        yield self._session

    async def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        auth = self.basic_auth and aiohttp.BasicAuth(self.basic_auth["username"], self.basic_auth["password"])
        return aiohttp.ClientSession(
            headers=self.headers,
            auth=auth or None,
            timeout=aiohttp.ClientTimeout(total=ACTION_CALL_SECONDS),
            connector=aiohttp.TCPConnector(keepalive_timeout=KEPT_OPEN_SECONDS),
        )

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Rasa's call, but for its limit of five minutes, and for what is sent twice: what was understood of the latest message
        stands in `latest_message`, and that of earlier ones nobody asks for."""
        for event in kwargs.get("json", {}).get("tracker", {}).get("events") or []:
            event.pop("parse_data", None)
        return await super().request(*args, **{**kwargs, "timeout": ACTION_CALL_SECONDS})


def _raise(error: Exception) -> None:
    raise error


_run = action.RemoteAction.run
_class_of_event = lru_cache(maxsize=None)(Event.resolve_by_type)


async def _run_and_tell(self: Any, *arguments: Any) -> Any:
    try:
        return await _run(self, *arguments)
    except action.ActionExecutionRejection:
        raise  # a form's way of saying that the message is not for it
    except Exception:
        failed_action.set(self.name())
        raise


def _require_usable_result(self: Any, result: Any) -> bool:
    if isinstance(result, dict) and all(
        isinstance(entry, dict) for part in ("events", "responses") for entry in _list(result.get(part))
    ):
        return True
    raise RasaException(f"The action server's answer to '{self.name()}' is not one of events and responses.")


def _list(part: Any) -> list[Any]:
    """The part, or something that is no list of objects where it is none."""
    return [] if part is None else part if isinstance(part, list) else [part]
