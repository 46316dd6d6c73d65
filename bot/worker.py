"""Delivers what waits in the outbox, and does what has to be done once a minute: `python -m bot.worker`."""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy.orm import Session

from bot.channels.email.letters import mail_deliverer
from bot.channels.webhook.client import webhook_deliverer
from bot.chores import end_idle_takeovers, remind
from bot.conversations import outbox
from bot.conversations.models import Outgoing
from bot.conversations.outbox import PACE, DeliveryError, Pace
from bot.database import Database
from bot.errors import BotError, where
from bot.settings import Clinic, Settings, load_clinic, load_settings

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
CHORE_SECONDS = 60.0

# Takes a row's key and payload; raises DeliveryError. It may be called again with what it has delivered already, with the
# same key, and must be done well within the lease.
Deliverer = Callable[[str, dict[str, Any]], None]
Chore = Callable[[Database], None]  # several workers may do it at once


class Worker:
    """Delivers one thing after the other until it is stopped; several workers may share a database.

    Args:
        deliverers: who delivers each kind; what is of another kind is left waiting.
        poll_seconds: how long to wait before looking again when nothing is due; `wake` shortens it.
        chores: what is done at the start and every minute, between two deliveries.
    """

    def __init__(
        self,
        database: Database,
        deliverers: Mapping[str, Deliverer],
        *,
        pace: Pace = PACE,
        poll_seconds: float = POLL_SECONDS,
        chores: Sequence[Chore] = (),
    ) -> None:
        self._database = database
        self._deliverers = dict(deliverers)
        self._pace = pace
        self._poll_seconds = poll_seconds
        self._bell: SimpleQueue[None] = SimpleQueue()  # unlike an Event, safe to use from a signal handler
        self._stopping = False
        self._outbox_is_away = False
        self._chores = tuple(chores)
        self._chores_due = time.monotonic()

    def run(self) -> None:
        """Deliver until `stop` is called; what is in hand then is finished first."""
        while not self._stopping:
            self._do_chores()
            if not self.deliver_next():
                self._wait()

    def stop(self) -> None:
        """Have `run` return; from any thread or signal handler."""
        self._stopping = True
        self.wake()

    def wake(self) -> None:
        """Have `run` look at once whether something is due; from any thread or signal handler."""
        self._bell.put(None)

    def deliver_next(self) -> bool:
        """Try to deliver what is longest due; False where nothing is, or the database is away."""
        claimed: list[Outgoing] = []
        if not self._reaches_outbox(lambda: claimed.extend(self._claim())) or not claimed:
            return False
        self._record(self._deliver(claimed[0]))
        return True

    def _do_chores(self) -> None:
        if not self._chores or time.monotonic() < self._chores_due:
            return
        self._chores_due = time.monotonic() + CHORE_SECONDS
        for chore in self._chores:
            try:
                chore(self._database)
            except (
                Exception
            ) as error:  # it is tried again in a minute, and must not stop what is to be delivered
                logger.error("A chore failed: %s", where(error))

    def _claim(self) -> list[Outgoing]:
        """One at a time: a second one's lease would run out while the first is delivered."""
        kinds = list(self._deliverers)
        with self._database.reading() as session:  # so that an idle worker never takes SQLite's one write lock
            if not outbox.is_due(session, kinds=kinds, pace=self._pace):
                return []
        with self._database.transaction() as session:
            return outbox.claim_due(session, kinds=kinds, limit=1, pace=self._pace)

    def _deliver(self, outgoing: Outgoing) -> Callable[[Session], None]:
        """Deliver it; what then has to be written down."""
        name = f"{outgoing.kind} {outgoing.id} of conversation {outgoing.conversation_id}"
        try:
            self._deliverers[outgoing.kind](outgoing.key, outgoing.payload)
        except DeliveryError as error:
            failure = error
        except Exception as error:  # a fault of ours: one bad row must not stop the others
            logger.error("Delivering %s failed: %s", name, where(error))
            failure = DeliveryError(f"A fault of the program's ({type(error).__name__}).")
        else:
            logger.info("Delivered %s.", name)
            return lambda session: outbox.mark_sent(session, outgoing)
        logger.warning("Attempt %d at %s failed: %s", outgoing.attempts, name, failure.message)
        return lambda session: outbox.mark_failed(
            session,
            outgoing,
            failure.message,
            permanent=failure.permanent,
            retry_after=failure.retry_after,
            pace=self._pace,
        )

    def _record(self, mark: Callable[[Session], None]) -> None:
        """Until it is written down, or we are stopped: what was delivered and isn't marked is delivered again."""

        def write() -> None:
            with self._database.transaction() as session:
                mark(session)

        while not self._reaches_outbox(write) and not self._stopping:
            self._wait()

    def _reaches_outbox(self, work: Callable[[], None]) -> bool:
        """Whether the work was done; logs only the first failure and the end of it."""
        try:
            work()
        except Exception as error:
            if not self._outbox_is_away:
                logger.error("The outbox cannot be reached; trying again: %s", where(error))
            self._outbox_is_away = True
            return False
        if self._outbox_is_away:
            logger.info("The outbox can be reached again.")
        self._outbox_is_away = False
        return True

    def _wait(self) -> None:
        """The place to be woken sooner, where a database can call."""
        try:
            self._bell.get(timeout=self._poll_seconds)
        except Empty:
            return


def serve(settings: Settings, clinic: Clinic, *, pace: Pace = PACE) -> None:
    """Deliver until SIGTERM, SIGINT or SIGHUP."""
    deliverers = installed_deliverers(settings, clinic)
    chores = [partial(end_idle_takeovers, handover=clinic.handover)]
    if settings.sends_mail:
        chores.append(partial(remind, clinic=clinic))
    worker = Worker(Database(settings.database_url), deliverers, pace=pace, chores=chores)
    for stop in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(stop, lambda _signal, _frame: worker.stop())
    logger.info(
        "The worker is ready and delivers: %s.",
        ", ".join(deliverers) or "nothing, neither SMTP_URL nor ALERT_WEBHOOK_URL is set",
    )
    if clinic.alerts.email and not settings.sends_mail:
        logger.warning("Staff are not alerted: clinic.toml names an address, but SMTP_URL is not set.")
    worker.run()
    logger.info("The worker has stopped.")


def installed_deliverers(settings: Settings, clinic: Clinic) -> dict[str, Deliverer]:
    """Who delivers what, as far as the settings allow."""
    deliverers: dict[str, Deliverer] = {}
    if settings.sends_mail:
        deliverers["email"] = mail_deliverer(settings, clinic)
    if settings.alert_webhook_url:
        deliverers["webhook"] = webhook_deliverer(settings)
    return deliverers


def main() -> int:
    """A wrong setting is one sentence on standard error and exit status 1."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        settings = load_settings()
        serve(settings, load_clinic(settings.clinic_file))
    except BotError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
