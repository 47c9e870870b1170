"""Stopping and pausing a job from outside: Ctrl-C, SIGTERM, or lines on standard input."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any, Self

from deepvis_app.mailbox import Worker

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_GLANCE_S = 0.05
_PATIENCE_S = 0.1


class Stop:
    """While entered, the first Ctrl-C or SIGTERM sets `asked`, and the second breaks off (KeyboardInterrupt).

    With `commands` (a file descriptor) the lines "stop", "pause" and "go" that come there do what they say;
    its end means nothing.
    """

    def __init__(self, commands: int | None = None) -> None:
        self._asked = threading.Event()
        self._go = threading.Event()
        self._go.set()
        self._before: dict[int, Any] = {}
        self._over = threading.Event()
        self._text = b""
        self._commands = commands
        self._reader: Worker | None = None

    @property
    def asked(self) -> bool:
        return self._asked.is_set()

    def ask(self) -> None:
        self._asked.set()
        self._go.set()

    def wait(self) -> bool:
        """Wait while the job is paused; then whether it is to stop. To be called between two pieces of work."""
        while not self._go.wait(_GLANCE_S):  # in short waits, so that signals come through on every system
            continue
        return self.asked

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._signalled) for number in _SIGNALS}
        if self._commands is not None:
            self._reader = Worker("deepvis-commands", self._read, self._over.set)
            self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._reader is not None:
            # It may wait for a line that never comes: then it ends with the process.
            self._reader.stop(_PATIENCE_S)

    def _signalled(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 (a signal handler)
        if self.asked:
            raise KeyboardInterrupt
        self.ask()
        sys.stderr.write("\nStopping after the piece in work; once more breaks off at once.\n")

    def _read(self) -> None:
        """Take what has come; the descriptor itself is read, because a buffered file is locked while it waits."""
        assert self._commands is not None
        try:
            read = os.read(self._commands, 4096)
        except OSError:
            read = b""
        if not read:
            self._over.wait(0.5)
            return
        *lines, self._text = (self._text + read).split(b"\n")
        for line in lines:
            self._obey(line.strip())

    def _obey(self, line: bytes) -> None:
        if line == b"stop":
            self.ask()
        elif line == b"pause" and not self.asked:
            self._go.clear()
        elif line == b"go":
            self._go.set()
