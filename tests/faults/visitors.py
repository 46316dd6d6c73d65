"""Visitors who, like the widget, send a message again under the same id until it is answered."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from tests.faults.ledger import Ledger, Sent
from tests.faults.script import Line

RETRY_SECONDS = 0.3
MOST_SECONDS = 120.0


class Caller:
    """One visitor's chat; what is said is noted in the ledger."""

    def __init__(self, url: str, ledger: Ledger) -> None:
        self._url = url
        self._ledger = ledger
        self._client = httpx.Client(timeout=30)
        session = _until_it_succeeds(lambda: self._post("sessions", {}, {})).json()
        self.conversation_id: str = session["conversation_id"]
        self._headers = {"Authorization": f"Bearer {session['token']}"}

    def write(self, line: Line) -> Sent:
        """Note a message that is about to be sent."""
        return self._ledger.write(self.conversation_id, line)

    def say(self, line: Line) -> Sent:
        """Send it until it is answered."""
        sent = self.write(line)
        _until_it_succeeds(lambda: self.send(sent))
        return sent

    def say_once(self, line: Line) -> httpx.Response | None:
        """Send it and leave, whatever becomes of it; None where no response came."""
        return self.send(self.write(line))

    def send(self, sent: Sent) -> httpx.Response | None:
        """Send what was written, once."""
        response = self._post("messages", {"id": sent.message_id, "text": sent.line.text}, self._headers)
        if response is not None and response.status_code == 200:
            sent.answered(response.json()["replies"])
        else:
            sent.failures += 1
        return response

    def _post(self, path: str, body: dict[str, str], headers: dict[str, str]) -> httpx.Response | None:
        try:
            return self._client.post(f"{self._url}/{path}", json=body, headers=headers)
        except httpx.TransportError:
            return None


def _until_it_succeeds(send: Callable[[], httpx.Response | None]) -> httpx.Response:
    deadline = time.monotonic() + MOST_SECONDS
    while True:
        response = send()
        if response is not None and response.status_code < 300:
            return response
        assert response is None or response.status_code >= 500, response.text
        assert time.monotonic() < deadline, "no answer came"
        time.sleep(RETRY_SECONDS)
