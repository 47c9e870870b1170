"""What the tests of sources share: waiting with a limit, videos, and an MJPEG server that can be cut off."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from PIL import Image

from deepvis_app.live.capture import Capture
from deepvis_app.live.cv import cv2
from deepvis_app.live.sources import SOURCES, Entry, Facts, Reading, Source
from deepvis_app.messages import Frame, SourceSpec

STEP = 6  # grey levels between frames, so that a frame tells its number
RATE = 25


class Inbox:
    """Collects delivered frames and lets a test wait for one."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self._condition = threading.Condition()

    def put(self, frame: Frame) -> None:
        with self._condition:
            self.frames.append(frame)
            self._condition.notify_all()

    def wait(self, count: int, seconds: float = 8.0) -> list[Frame]:
        """All frames, once there are `count`."""
        with self._condition:
            assert self._condition.wait_for(lambda: len(self.frames) >= count, seconds), self.frames
            return list(self.frames)

    def more(self, count: int = 1, seconds: float = 8.0) -> list[Frame]:
        """The next `count` frames from now on."""
        start = len(self.frames)
        return self.wait(start + count, seconds)[start:]


def until(holds: Callable[[], bool], seconds: float = 8.0) -> None:
    """Wait until something holds that no event tells about."""
    pause, end = threading.Event(), perf_counter() + seconds
    while not holds():
        assert perf_counter() < end, "waited too long"
        pause.wait(0.005)


def wait_for_state(capture: Capture, state: str) -> None:
    until(lambda: capture.status().state == state)


def write_video(path: Path, frames: int = 40) -> Path:
    """A video at 25 frames per second whose frame n is grey n * STEP."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, (64, 48))
    for number in range(frames):
        writer.write(np.full((48, 64, 3), number * STEP, np.uint8))
    writer.release()
    return path


def write_picture(path: Path, colour: tuple[int, int, int] = (200, 30, 90)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (24, 16), colour).save(path)
    return path


class MjpegServer:
    """Serves a red picture as MJPEG on loopback; can be cut like a cable, silenced, and brought back."""

    def __init__(self) -> None:
        self.up, self.silent, self._closing = threading.Event(), threading.Event(), threading.Event()
        self.up.set()
        _, jpeg = cv2.imencode(".jpg", np.full((48, 64, 3), (0, 0, 255), np.uint8))
        self._part = b"--edge\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg)
        self._part += jpeg.tobytes() + b"\r\n"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://user:secret@127.0.0.1:{self._server.server_port}/camera"

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Quiet."""

            def do_GET(self) -> None:
                self.send_response(200 if outer.up.is_set() else 503)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=edge")
                self.end_headers()
                outer.send_frames(self)

        return Handler

    def send_frames(self, handler: BaseHTTPRequestHandler) -> None:
        while self.up.is_set() and not self._closing.wait(0.02):
            if not self.silent.is_set():
                try:
                    handler.wfile.write(self._part)
                except OSError:
                    return  # the reader has gone


class Fake(Source):
    """A source that does what the test tells it to; counts what was done to it."""

    def __init__(self, live: bool = False) -> None:
        self.live, self.title = live, "fake"
        self.opened = self.closed = self.reads = 0
        self.may_read = threading.Event()
        self.may_read.set()
        self.failure: Exception | None = None
        self.threads: set[str] = set()
        self.arrays: list[weakref.ref[np.ndarray]] = []

    def open(self) -> None:
        self.opened += 1
        self.threads.add(threading.current_thread().name)

    def read(self) -> Reading:
        self.may_read.wait(20)
        if self.failure is not None:
            raise self.failure
        self.reads += 1
        rgb = np.full((4, 4, 3), self.reads % 256, np.uint8)
        self.arrays.append(weakref.ref(rgb))
        return Reading(rgb, str(self.reads))

    def facts(self) -> Facts:
        return Facts(position=self.reads)

    def close(self) -> None:
        self.closed += 1
        self.threads.add(threading.current_thread().name)


def offer(monkeypatch: pytest.MonkeyPatch, source: Source, kind: str = "fake") -> SourceSpec:
    monkeypatch.setitem(SOURCES, kind, Entry(kind, kind, "", lambda _: source))
    return SourceSpec(kind)
