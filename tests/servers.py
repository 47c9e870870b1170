"""An HTTP server on the loopback that misbehaves on purpose, one planned way a request."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Behaviour = Literal[
    "good",
    "404",
    "403",
    "500",
    "cut",
    "ignore range",
    "slow",
    "stall",
    "416",
    "lie about range",
    "skip bytes",
]


class FileServer(ThreadingHTTPServer):
    """Serves `contents` by path, or `content` under every path.

    `plan` holds what to do with the next requests, then all is good.
    """

    daemon_threads = True
    block_on_close = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = bytes(range(256)) * 1000
        self.contents: dict[str, bytes] = {}
        self.asked: list[str] = []  # the path of each request
        self.etag = '"one"'
        self.plan: list[Behaviour] = []
        self.ranges: list[str] = []  # the Range header of each request, "" without one

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        server, asked = self.server, self.headers.get("Range", "")
        server.ranges.append(asked)
        server.asked.append(self.path)
        behaviour = server.plan.pop(0) if server.plan else "good"
        if server.contents and self.path not in server.contents:
            behaviour = "404"
        if behaviour in ("404", "403", "500", "416"):
            self.send_error(int(behaviour))
            return
        if behaviour == "slow":
            time.sleep(0.6)
        begin = 0
        current = self.headers.get("If-Range") == server.etag or behaviour == "lie about range"
        if asked and current and behaviour != "ignore range":
            begin = int(asked.removeprefix("bytes=").removesuffix("-"))
        self._answer(begin + 5 if behaviour == "skip bytes" else begin, behaviour)

    def _answer(self, begin: int, behaviour: Behaviour) -> None:
        content = self.server.contents.get(self.path, self.server.content)
        partial = begin > 0
        self.send_response(206 if partial else 200)
        if self.server.etag:
            self.send_header("ETag", self.server.etag)
        if partial:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        rest = content[begin:]
        self.wfile.write(rest[: len(rest) // 2] if behaviour in ("cut", "stall") else rest)
        if behaviour == "stall":
            time.sleep(0.6)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""


@contextmanager
def serving() -> Iterator[FileServer]:
    with FileServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
