"""Reading a log file that grows, in bounded memory and bounded time."""

from __future__ import annotations

import os
from pathlib import Path

READ_LIMIT = 256 * 1024  # bytes a call; what lies further back is skipped
LINE_LIMIT = 16 * 1024  # of a longer line only the beginning is kept


class Tail:
    """The lines of a file that have not been read yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._at = 0
        self._begun = b""  # of a line whose end has not been written yet

    def lines(self, last: bool = False) -> list[str]:
        """What is new; with `last`, also a line that has no end. A file that is gone or not readable has none."""
        try:
            with self.path.open("rb") as file:
                data = self._begun + self._read(file.fileno())
        except OSError:
            data = self._begun
        *whole, rest = data.split(b"\n")
        self._begun = b"" if last else rest[:LINE_LIMIT]
        return [_text(line) for line in (*whole, rest if last else b"") if line.strip()]

    def _read(self, file: int) -> bytes:
        self.size = os.fstat(file).st_size
        skipped = self.size - self._at > READ_LIMIT
        if skipped:
            self._at, self._begun = self.size - READ_LIMIT, b""
        os.lseek(file, self._at, os.SEEK_SET)
        data = os.read(file, READ_LIMIT)
        self._at += len(data)
        return data.partition(b"\n")[2] if skipped else data


def _text(line: bytes) -> str:
    """A bar on a terminal overwrites its line by carriage returns: the last state counts."""
    shown = line[:LINE_LIMIT].decode("utf-8", errors="replace")
    return shown.rstrip().rpartition("\r")[2]
