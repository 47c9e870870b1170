"""Words on standard input, as they come; its end says that nobody watches any more."""

from __future__ import annotations

import os
import threading
from collections import deque
from types import TracebackType
from typing import Self

from deepvis_app.mailbox import Worker

_PATIENCE_S = 0.1
_LONGEST = 1 << 16  # bytes without a line's end: whatever this is, it is no word


class Words:
    """While entered, a thread reads lines from a file descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: deque[str] = deque()
        self._news, self._over = threading.Event(), threading.Event()
        self._text = b""
        self._reader = Worker("deepvis-words", self._read, self._over.set)

    @property
    def over(self) -> bool:
        """Whether the input has ended and all its lines were taken."""
        return self._over.is_set() and not self._lines

    def take(self) -> str | None:
        """The oldest line that was not taken yet, or None."""
        return self._lines.popleft() if self._lines else None

    def follows(self, word: str) -> bool:
        """Whether a line that begins with this word was said and not taken yet."""
        return any(line.split(maxsplit=1)[0] == word for line in tuple(self._lines))

    def wait(self, seconds: float) -> None:
        """Until there is a line, or the input ends, at most so long."""
        if not self._lines and not self._over.is_set():
            self._news.wait(seconds)
        self._news.clear()

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.stop(
            _PATIENCE_S
        )  # it may wait for a line that never comes: then it ends with the process

    def _read(self) -> None:
        if self._over.is_set():
            self._over.wait(0.5)
            return
        try:
            read = os.read(self._descriptor, 4096)
        except OSError:
            read = b""
        if not read:
            self._over.set()
        *lines, self._text = (self._text + read).split(b"\n")
        self._text = b"" if len(self._text) > _LONGEST else self._text
        self._lines.extend(line.decode("utf-8", "replace").strip() for line in lines if line.strip())
        self._news.set()
