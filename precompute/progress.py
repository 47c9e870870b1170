"""How a job tells how far it is: a bar for people, JSON lines for the window."""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from typing import IO, Literal, Protocol

Status = Literal["done", "stopped", "failed"]
PROGRESS = ("bar", "jsonl")
_PAUSE_S = 0.2  # JSON lines come at most this often; the last one always comes
_REMEMBERED = 60  # reports over which the rate is taken


class Progress(Protocol):
    """Where a job reports. A job of several phases calls `start` for each of them, and `end` once."""

    def start(self, total: int, unit: str, what: str, done: int = 0) -> None:
        """A phase begins: `total` pieces called `unit` ("units", "images"), `done` of them from earlier runs."""

    def advance(self, done_now: int = 1, where: str = "") -> None:
        """So many pieces are done since the last call; `where` says which one, e.g. "conv3:17"."""

    def partly(self, pieces: float, where: str = "") -> None:
        """So much of the pieces that come next is made, of several together; so slow work has a time left, too."""

    def note(self, text: str) -> None:
        """A sentence that a person should see: what was skipped, and why."""

    def end(self, status: Status, text: str) -> None:
        """The job is over; `text` is one sentence."""


def progress_of(kind: str, job: str) -> Progress:
    """The reporter called `kind` (one of PROGRESS) of the job with that name."""
    return JsonLines(job, sys.stdout) if kind == "jsonl" else Bar(job)


class Bar:
    """One bar a phase on standard error, with rate and time left; the last sentence on standard output."""

    def __init__(self, job: str) -> None:
        from tqdm import tqdm

        self._job = job
        self._make = tqdm
        self._bar = tqdm(disable=True)
        self._done = 0
        self._part = 0.0

    def start(self, total: int, unit: str, what: str, done: int = 0) -> None:
        self._bar.close()
        self._done, self._part = done, 0.0
        text = f"{self._job}: {what}"
        self._bar = self._make(
            total=total, unit=f" {unit}", desc=text, initial=done, dynamic_ncols=True, file=sys.stderr
        )

    def advance(self, done_now: int = 1, where: str = "") -> None:
        self._done += done_now
        self._part = max(self._part - done_now, 0.0)
        self._show(where)

    def partly(self, pieces: float, where: str = "") -> None:
        self._part = pieces
        self._show(where)

    def note(self, text: str) -> None:
        self._make.write(text, file=sys.stderr)

    def end(self, status: Status, text: str) -> None:
        self._bar.close()
        if status != "failed":  # the command itself tells a failure
            sys.stdout.write(f"{text}\n")

    def _show(self, where: str) -> None:
        if where:
            self._bar.set_postfix_str(where, refresh=False)
        at = round(self._done + self._part, 1)
        self._bar.n = int(at) if at == int(at) else at  # whole pieces without a decimal point
        self._bar.update(0)


class JsonLines:
    """One JSON object a line: start, progress (done, total, rate, eta_s, where), note, end."""

    def __init__(self, job: str, file: IO[str]) -> None:
        self._job, self._file = job, file
        self._total = self._done = 0
        self._told_at = self._part = 0.0
        self._seen: deque[tuple[float, float]] = deque(maxlen=_REMEMBERED)

    def start(self, total: int, unit: str, what: str, done: int = 0) -> None:
        self._total, self._done, self._told_at, self._part = total, done, 0.0, 0.0
        self._seen.clear()
        self._seen.append((time.monotonic(), done))
        self._tell(event="start", job=self._job, what=what, total=total, unit=unit, done=done)

    def advance(self, done_now: int = 1, where: str = "") -> None:
        self._done += done_now
        self._part = max(self._part - done_now, 0.0)
        self._progress(where)

    def partly(self, pieces: float, where: str = "") -> None:
        self._part = pieces
        self._progress(where)

    def _progress(self, where: str) -> None:
        """`done` are whole pieces; rate and time left count parts of them as well."""
        now = time.monotonic()
        if now - self._told_at < _PAUSE_S and self._done < self._total:
            return
        self._told_at = now
        at = self._done + self._part
        since, then = self._seen[0] if self._seen else (now, at)
        self._seen.append((now, at))
        rate = max(at - then, 0.0) / max(now - since, 1e-3)
        eta_s = round(max(self._total - at, 0) / rate, 1) if rate > 0 else None
        self._tell(
            event="progress",
            done=self._done,
            total=self._total,
            rate=round(rate, 3),
            eta_s=eta_s,
            where=where,
        )

    def note(self, text: str) -> None:
        self._tell(event="note", text=text)

    def end(self, status: Status, text: str) -> None:
        self._tell(event="end", status=status, text=text)

    def _tell(self, **event: object) -> None:
        self._file.write(json.dumps(event) + "\n")  # in ASCII, which every pipe takes
        self._file.flush()
