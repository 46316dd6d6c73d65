"""A real mail server for a test."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.support.assistant import free_port

TAKEN = "250 OK"


@dataclass
class Postbox:
    """What the server takes in, and how it answers.

    Args:
        answers: to the next mails, one each; TAKEN when there are no more.
        recipient_answer: to each recipient.
        thinks: seconds before the answer to each mail, which it has by then.
        delays: seconds before each answer that comes earlier.
        lingers: seconds before the answer to the goodbye.
    """

    answers: list[str] = field(default_factory=list)
    recipient_answer: str = TAKEN
    thinks: float = 0
    delays: float = 0
    lingers: float = 0
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _o: Any) -> str:  # noqa: N802
        await asyncio.sleep(self.delays)
        envelope.mail_from = address
        return TAKEN

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _o: Any) -> str:  # noqa: N802
        await asyncio.sleep(self.delays)
        if self.recipient_answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append(mail)  # type: ignore[arg-type]
        await asyncio.sleep(self.thinks)
        return self.answers.pop(0) if self.answers else TAKEN

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        await asyncio.sleep(self.lingers)
        return "221 Bye"


@contextmanager
def mail_server(postbox: Postbox, *, port: int = 0, **options: Any) -> Iterator[int]:
    """A server that listens until the end of the block; gives its port."""
    controller = Controller(postbox, hostname="127.0.0.1", port=port or free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
