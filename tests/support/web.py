"""A real web server for a test."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Doorkeeper:
    """What the server is told, and how it answers.

    Args:
        answers: status and headers of the next answers, one each; 204 when there are no more.
        thinks: seconds before each answer.
    """

    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    thinks: float = 0
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def web_server(doorkeeper: Doorkeeper) -> Iterator[str]:
    """A server that listens until the end of the block; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            doorkeeper.calls.append((self.path, dict(self.headers), body))
            time.sleep(doorkeeper.thinks)
            status, headers = doorkeeper.answers.pop(0) if doorkeeper.answers else (204, {})
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
