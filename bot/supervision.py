"""Running every process under supervisor, and knowing when a visitor would get an answer."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from bot.errors import SetupError
from bot.progress import step
from bot.settings import PROJECT_DIR, Settings
from bot.training import language_models

START_SECONDS = 180.0
STOP_SECONDS = 20.0
REQUEST_SECONDS = 10.0
FIRST_QUESTION = "how long is recovery"


def require_free_ports(settings: Settings) -> None:
    """Check that the servers' ports can be bound.

    Raises:
        SetupError: a port is taken; the message says which setting to change.
    """
    ports = {"RASA_PORT": settings.rasa_port, "ACTIONS_PORT": settings.actions_port}
    if len(set(ports.values())) < len(ports):
        raise SetupError("RASA_PORT and ACTIONS_PORT are the same: set one of them to another port.")
    _require_host(settings.host)
    for setting, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError as error:
                raise SetupError(
                    f"Port {port} is taken: stop the program that uses it, or set {setting} to another port."
                ) from error


def _require_host(host: str) -> None:
    with socket.socket() as probe:
        try:
            probe.bind((host, 0))
        except OSError as error:
            raise SetupError(
                f"HOST is {host!r}, which is no address of this machine: set it to one."
            ) from error


@contextmanager
def processes(settings: Settings, model: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start every process under one supervisor; at the end of the block all of them are stopped."""
    log_dir = settings.data_dir / "log"
    log_dir.mkdir(parents=True, exist_ok=True)
    environment = {
        **language_models(settings),
        "PYTHON": sys.executable,
        "PROJECT_DIR": str(PROJECT_DIR),
        "LOG_DIR": str(log_dir),
        "MODEL_FILE": str(model),
        "CORS_ARGUMENTS": " ".join(["--cors", *settings.origins]) if settings.origins else "",
    }
    supervisor = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "supervisor.supervisord",
            "-c",
            str(PROJECT_DIR / "deploy" / "supervisord.conf"),
        ],
        cwd=PROJECT_DIR,
        env=environment,
        start_new_session=True,  # Ctrl-C reaches us alone; we stop the others in order
    )
    try:
        yield supervisor
    finally:
        _stop(supervisor)


def wait_until_answering(settings: Settings, supervisor: subprocess.Popen[bytes]) -> None:
    """Return once a real question has been answered.

    Raises:
        SetupError: it took more than three minutes, or the supervisor gave up.
    """
    log_dir = settings.data_dir / "log"
    deadline = time.monotonic() + START_SECONDS
    with step("Starting the assistant"):
        while not _answers(address(settings)):
            if supervisor.poll() is not None or time.monotonic() > deadline:
                raise SetupError(f"The assistant did not start: see the files in {log_dir}.")
            time.sleep(0.5)


def address(settings: Settings) -> str:
    """The widget channel's address on this machine."""
    return f"http://{settings.host}:{settings.rasa_port}/webhooks/widget"


def _answers(url: str) -> bool:
    try:
        with httpx.Client(timeout=REQUEST_SECONDS) as client:
            token = _created(client.post(f"{url}/sessions", json={}))["token"]
            headers = {"Authorization": f"Bearer {token}"}
            body = {"id": str(uuid4()), "text": FIRST_QUESTION}
            reply = client.post(f"{url}/messages", json=body, headers=headers)
            client.delete(f"{url}/conversation", headers=headers)
    except (httpx.HTTPError, ValueError, KeyError):
        return False
    return reply.status_code == 200 and any(
        said["outcome"] != "handoff" for said in reply.json().get("replies", [])
    )


def _created(response: httpx.Response) -> dict[str, Any]:
    response.raise_for_status()
    content = response.json()
    if not isinstance(content, dict):
        raise ValueError("not an object")
    return content


def _stop(supervisor: subprocess.Popen[bytes]) -> None:
    if supervisor.poll() is None:
        supervisor.send_signal(signal.SIGTERM)
        try:
            supervisor.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            supervisor.kill()
