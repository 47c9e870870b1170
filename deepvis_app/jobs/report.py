"""What a child process says: JSON lines about its progress, and whatever else it prints."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Iterable
from typing import Any

from deepvis_app.jobs.lines import event_of, real, shortened, whole_number
from deepvis_app.jobs.spec import JobState

LOG_LINES = 300
SHOWN_CHARACTERS = 500
MOST = 1e12  # of seconds, and of pieces a second
AGAIN = "Run it again to go on: finished units are kept."
_ENDS: tuple[JobState, ...] = ("done", "stopped", "failed")
_STOPPED_CODE = 130


class Report:
    """The newest of everything that a child has said; lines that are no JSON go to the log."""

    def __init__(self) -> None:
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        self.what = self.where = self.unit = self.error_line = ""
        self.done = self.total = 0
        self.rate = 0.0
        self.eta_s: float | None = None
        self.end: tuple[JobState, str] | None = None

    def take(self, lines: Iterable[str]) -> None:
        """Lines from the child's standard output."""
        for line in lines:
            event = event_of(line)
            if event is None:
                self.log.append(_shortened(line))
            else:
                self._take_event(event)

    def take_errors(self, lines: Iterable[str]) -> None:
        """Lines from the child's standard error."""
        for line in lines:
            self.error_line = _shortened(line)
            self.log.append(self.error_line)

    def ending(self, code: int | None, as_asked: bool) -> tuple[JobState, str]:
        """How a child that is gone ended; `code` is its exit status, None when it is not known.

        `as_asked`: a person wanted it to be broken off.
        """
        if self.end is not None:
            return self.end
        if as_asked or code == _STOPPED_CODE:
            return "stopped", f"Stopped. {AGAIN}"
        if code is None:
            return "failed", f"It ended without a result while no window watched. {AGAIN}"
        if code < 0:
            return "failed", f"It was ended by {_signal(code)}. {AGAIN}"
        last = self.error_line or (self.log[-1] if self.log else "")
        if code == 0:
            return "failed", "It ended without saying that it is done" + (
                f"; its last line: {last}" if last else "."
            )
        return "failed", last or f"It ended with exit status {code} and said nothing."

    def _take_event(self, event: dict[str, Any]) -> None:
        kind = event.get("event")
        if kind in ("start", "progress"):
            self.done = whole_number(event.get("done"))
            self.total = whole_number(event.get("total"))
            self.where = _shortened(str(event.get("where", "")))
            self.rate = real(event.get("rate"), 0.0, MOST) or 0.0
            self.eta_s = real(event.get("eta_s"), 0.0, MOST)
        if kind == "start":
            self.what = _shortened(str(event.get("what", "")))
            self.unit = _shortened(str(event.get("unit", "")))
        elif kind == "note":
            self.log.append(_shortened(str(event.get("text", ""))))
        elif kind == "end" and event.get("status") in _ENDS:
            text = _shortened(str(event.get("text", "")))
            self.end = event["status"], text
            self.log.append(text)


def _shortened(text: str) -> str:
    return shortened(text, SHOWN_CHARACTERS)


def _signal(code: int) -> str:
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"{name} (often: the memory ran out)" if name == "SIGKILL" else name
