"""Painting while a person watches: at most one child at a time, its newest pictures, and words to it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from deepvis_app.jobs.paint_child import PaintChild
from deepvis_app.jobs.paint_report import Decode
from deepvis_app.jobs.png import png_of
from deepvis_app.jobs.queue import COMMAND, package_folder
from deepvis_app.messages import U8, Painting, PaintOrder


class Painter:
    """All calls come from the window's thread, and none of them waits but `stop`."""

    def __init__(self, decode: Decode, command: Sequence[str] = COMMAND, cwd: Path | None = None) -> None:
        """`decode` makes so many pictures of a PNG that shows them side by side; raises ValueError."""
        self._decode, self._command = decode, tuple(command)
        self._cwd = cwd or package_folder() or Path.cwd()
        self._child: PaintChild | None = None
        self._leaving: list[PaintChild] = []
        self._told: Painting | None = None
        self._folder: Path | None = None  # of the frame that a painting began with last
        self._frame: Path | None = None
        self._number = count()

    def paint(self, order: PaintOrder) -> None:
        """Turn the child to the order, or start one for it; then the one before is ended."""
        if self._child is not None and not self._child.gone and self._child.turn(order):
            return
        self.end()
        self._child = PaintChild(order, self._command, self._cwd, self._decode)

    def say(self, word: str) -> None:
        """poke, again, pause or go."""
        if self._child is not None:
            self._child.say(word)

    def start_from(self, rgb: U8) -> None:
        """Let the child begin again with what is seen in this picture. Raises OSError when it cannot be handed over."""
        if self._child is None:
            return
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="deepvis-paint-"))
        path = self._folder / f"frame-{next(self._number)}.png"
        path.write_bytes(png_of(rgb))
        self._child.say(f"from {path}")
        if self._frame is not None:  # read, or passed over for the new one
            with contextlib.suppress(OSError):
                self._frame.unlink()
        self._frame = path

    def end(self) -> None:
        """End the child, if there is one; what it had painted is told no more."""
        if self._child is not None:
            self._child.end()
            self._leaving.append(self._child)
        self._child = self._told = None

    def take(self) -> Painting | None:
        """The newest look at the painting; None when nothing has changed since the last call."""
        self._leaving = [child for child in self._leaving if not (child.gone and child.join(0.5))]
        child = self._child
        if child is None:
            return None
        child.catch_up()
        gone, look = child.gone, child.look  # in this order: the last look is that of a child that is gone
        if gone:
            self._child = None
            self._leaving.append(child)
        if look is self._told:
            return None
        self._told = look
        return look

    def stop(self, timeout: float = 2.0) -> bool:
        """End everything, the window is gone; False when a process was still there after `timeout` seconds."""
        self.end()
        until = time.monotonic() + timeout
        self._leaving = [c for c in self._leaving if not c.join(max(until - time.monotonic(), 0.05))]
        if self._folder is not None:
            with contextlib.suppress(OSError):
                shutil.rmtree(self._folder)
            self._folder = self._frame = None
        return not self._leaving
