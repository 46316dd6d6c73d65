"""Ends a server of several workers when one of them dies, for Sanic neither restarts nor misses it.

The supervisor then starts all of them again.
"""

from __future__ import annotations

import logging
import multiprocessing
import threading
import time
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
SETTLE_SECONDS = 0.5
# Sanic's workers have fifteen seconds to finish their requests (GRACEFUL_SHUTDOWN_TIMEOUT).
ORDERLY_SECONDS = 20.0
STOP_SECONDS = 5.0


class WorkerWatch:
    """Watches, in a thread, the processes that this process forks.

    A worker that ends with status 0 was told to: then the others were too, and are given the time to end as well.
    """

    def __init__(self) -> None:
        self._workers: set[BaseProcess] = set()
        self._stopped_all = False

    @property
    def lost_one(self) -> bool:
        """Whether a worker died or ended alone; known for sure when none is left."""
        return self._stopped_all or any(worker.exitcode for worker in self._workers)

    def start(self) -> None:
        """Begin to watch. The workers may be forked later."""
        threading.Thread(target=self._watch, name="worker-watch", daemon=True).start()

    def _watch(self) -> None:
        ended = self._first_to_end()
        # The main thread waits for it, too, and may be the one that is told its status.
        time.sleep(SETTLE_SECONDS)
        self._wait_for_all(ORDERLY_SECONDS if ended.exitcode == 0 else 0)
        if self._any_alive():
            self._stopped_all = True
            logger.error("Worker %s ended (%s): all are stopped.", ended.pid, ended.exitcode)
            self._stop_all()

    def _first_to_end(self) -> BaseProcess:
        while True:
            self._workers.update(multiprocessing.active_children())
            ended = wait([worker.sentinel for worker in self._workers], LOOK_SECONDS)
            if ended:
                return next(worker for worker in self._workers if worker.sentinel == ended[0])

    def _stop_all(self) -> None:
        for worker in self._workers:
            worker.terminate()
        self._wait_for_all(STOP_SECONDS)
        for worker in self._workers:
            worker.kill()

    def _wait_for_all(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self._any_alive() and time.monotonic() < deadline:
            time.sleep(SETTLE_SECONDS)

    def _any_alive(self) -> bool:
        return any(worker.is_alive() for worker in self._workers)
