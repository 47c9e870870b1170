"""One child `precompute paint`: started, listened to and ended without the window ever waiting for it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deepvis_app.jobs.paint_report import Decode, Lines, PaintReport
from deepvis_app.mailbox import Worker
from deepvis_app.messages import Painting, PaintOrder

CHUNK = 1 << 20  # bytes a read
GAP_S = 0.02  # after a picture: a child that floods waits for the reader, and the reader leaves the processor
_NICE = 5  # the live pictures go first, without starving the painting
_LAST_WORDS_S = 2.0  # between the end of its output and its own end


class PaintChild:
    """Its thread starts the process, reads what it says, and waits for its end. Nothing here raises or waits."""

    def __init__(self, order: PaintOrder, command: Sequence[str], cwd: Path, decode: Decode) -> None:
        self._words, self._cwd = (*command, *order.words), cwd
        self._report = PaintReport(Painting(order, began=time.monotonic()), decode)
        self._lines = Lines()
        self._process: subprocess.Popen[bytes] | None = None
        self._unsaid = bytearray()  # before there is a process, or while its pipe is full
        self._said = 0  # words, with those
        self._saying = threading.Lock()
        self._ending = threading.Event()
        self._left = threading.Event()  # the thread may go
        self._gone = False
        self._worker = Worker("deepvis-paint", self._live, self._leave)
        self._worker.start()

    @property
    def look(self) -> Painting:
        """The newest; another object whenever something has changed."""
        return self._report.look

    @property
    def gone(self) -> bool:
        """Whether the process has ended, or never began."""
        return self._gone

    def say(self, word: str) -> None:
        """A line to the child; one that does not listen any more does not hear it. A paused one goes on for it."""
        self._say([word] if word in ("pause", "go") else self._awake([word]))

    def turn(self, order: PaintOrder) -> bool:
        """Let the child paint something else; False when it cannot be told to."""
        look = self._report.look
        lines = [line for line in order.lines if line not in look.order.lines]
        if look.over or not lines or not order.turns(look.order):
            return False
        words = self._awake(lines)
        last = self._said + len(words)
        self._report.turn(order, range(last - len(lines) + 1, last + 1))
        self._say(words)
        return True

    def _awake(self, words: list[str]) -> list[str]:
        return ["go", *words] if self._report.held else words

    def _say(self, words: list[str]) -> None:
        self._report.hold(words == ["pause"])
        with self._saying:
            self._unsaid += "".join(f"{word}\n" for word in words).encode()
            self._said += len(words)
            self._send()

    def catch_up(self) -> None:
        """Say what the child has not taken yet, as far as it takes it now; to be called again and again."""
        with self._saying:
            self._send()

    def end(self) -> None:
        """End the process, whatever it is at: there is nothing to be lost."""
        self._ending.set()
        if self._process is not None:
            _kill(self._process)

    def join(self, timeout: float) -> bool:
        """End it, and wait until thread and process are gone; False when they are not after `timeout` seconds."""
        return self._worker.stop(timeout)

    def _leave(self) -> None:
        self._left.set()
        self.end()

    def _live(self) -> None:
        """All of it in one turn, which `end` cuts short: killed, the process has nothing more to say."""
        if not self._gone:
            process = self._begun()
            if process is not None:
                self._listen(process)
                self._report.close(_last_words(process), self._ending.is_set())
            self._gone = True
        self._left.wait(0.5)

    def _begun(self) -> subprocess.Popen[bytes] | None:
        if self._ending.is_set():
            return None
        try:
            process = _start(self._words, self._cwd)
        except OSError as error:
            reason = error.strerror or str(error)
            self._report.fail(f"It could not be started: {reason} ({error.filename or self._words[0]}).")
            return None
        with self._saying:
            self._process = process
            self._send()
        if self._ending.is_set():  # meanwhile
            _kill(process)
        return process

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Until its output ends."""
        assert process.stdout is not None  # it is a pipe
        while data := process.stdout.read(CHUNK):
            if self._report.take(self._lines.feed(data)):
                self._ending.wait(GAP_S)
        self._report.take(self._lines.feed(b"\n"))

    def _send(self) -> None:
        pipe = self._process.stdin if self._process is not None else None
        if pipe is None or not self._unsaid:
            return
        try:
            sent = pipe.write(self._unsaid) or 0  # None from a full pipe; one that gets full takes a part
        except (OSError, ValueError):  # it is gone: its reader sees that
            sent = len(self._unsaid)
        del self._unsaid[:sent]


def _last_words(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of a process whose output has ended; its exit status."""
    try:
        code = process.wait(_LAST_WORDS_S)
    except subprocess.TimeoutExpired:
        _kill(process)
        code = process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    return code


def _start(words: Sequence[str], cwd: Path) -> subprocess.Popen[bytes]:
    """Its errors come between its lines, where they are told from them. Raises OSError."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        cwd=cwd,
        env=environment,
        **_quiet(),
    )
    if sys.platform != "win32":
        assert process.stdin is not None  # it is a pipe
        os.set_blocking(process.stdin.fileno(), False)  # a child that never reads must not hold up the window
        with contextlib.suppress(OSError):  # it may be gone already
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
    return process


def _quiet() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS}
    return {}


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        process.kill()
