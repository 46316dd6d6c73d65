"""A worker that dies takes the whole server with it; a server that is told to stop just stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import PROJECT_DIR
from tests.support.assistant import free_port

# What `python -m bot.light_rasa run` does when there are several workers.
SERVER = """
import sys
from sanic import Sanic, response
from bot.worker_watch import WorkerWatch

watch = WorkerWatch()
watch.start()
app = Sanic("watched")
app.add_route(lambda request: response.empty(), "/")
app.run(host="127.0.0.1", port=int(sys.argv[1]), workers=2, access_log=False)
sys.exit(1 if watch.lost_one else 0)
"""


@pytest.fixture
def server() -> Iterator[subprocess.Popen[bytes]]:
    if not Path("/proc").is_dir():
        pytest.skip("finding a process's children needs /proc")
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(free_port())], cwd=PROJECT_DIR, start_new_session=True
    )
    while len(workers(process)) < 2:
        assert process.poll() is None
        time.sleep(0.1)
    time.sleep(1.5)  # until both serve and are watched
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def workers(server: subprocess.Popen[bytes]) -> list[int]:
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


def test_killed_worker_ends_the_server_with_a_failure(server: subprocess.Popen[bytes]) -> None:
    first, second = workers(server)
    os.kill(first, signal.SIGKILL)
    assert server.wait(15) == 1
    assert not Path(f"/proc/{second}").exists()


def test_server_whose_workers_were_all_killed_ends_with_a_failure(server: subprocess.Popen[bytes]) -> None:
    for worker in workers(server):
        os.kill(worker, signal.SIGKILL)
    assert server.wait(15) == 1


@pytest.mark.parametrize("whole_group", [True, False])
def test_server_that_is_told_to_stop_does_not_fail(server: subprocess.Popen[bytes], whole_group: bool) -> None:
    if whole_group:  # as supervisor does
        os.killpg(server.pid, signal.SIGTERM)
    else:
        server.terminate()
    assert server.wait(15) == 0
