"""The capture thread: opens, reads and closes sources, and hands out the newest frame."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from time import perf_counter
from typing import Literal

import numpy as np

from deepvis_app.live.sources import Facts, Reading, Source, SourceError, make_source
from deepvis_app.live.sources.pixels import Pixels
from deepvis_app.mailbox import Worker
from deepvis_app.messages import U8, Frame, SourceCommand, SourceSpec, SourceStatus, frozen

State = Literal["none", "opening", "running", "paused", "ended", "failed"]
log = logging.getLogger(__name__)
RETRY_SECONDS = 2.0  # between tries to open a lost camera or stream again


@dataclass(frozen=True)
class _Order:
    """What to open next; `spec` is None for pixels that were pasted."""

    spec: SourceSpec | None
    make: Callable[[], Source]


class Capture:
    """One thread that owns the current source. All methods may be called from any thread and return at once.

    `deliver` is called in that thread with each new frame and must not wait. Frames count upwards over all
    sources. A source that fails becomes a status with a sentence; then others can be opened. Lost live sources
    are opened again every `retry_seconds`. While nothing is due the thread sleeps.
    """

    def __init__(self, deliver: Callable[[Frame], None], retry_seconds: float = RETRY_SECONDS) -> None:
        self._deliver, self._retry_seconds = deliver, retry_seconds
        self._worker = Worker("deepvis-capture", self._turn, self._wake)
        self._condition = threading.Condition()  # guards the four below
        self._order: _Order | None = None
        self._commands: list[SourceCommand] = []
        self._status = SourceStatus()
        self._latest: Frame | None = None
        # The rest belongs to the capture thread.
        self._numbers = count()
        self._current: _Order | None = None
        self._source: Source | None = None
        self._retry_at: float | None = None
        self._has_delivered = False
        self._paused = False

    def start(self) -> None:
        self._worker.start()

    def stop(self, timeout: float = 2.0) -> bool:
        """End the thread and close the source; False if a driver held the thread for longer than `timeout`."""
        stopped = self._worker.stop(timeout)
        if stopped:
            self._close()
        return stopped

    def open(self, spec: SourceSpec) -> None:
        """Close the present source and open another; the newest call wins."""
        self._put(_Order(spec, lambda: make_source(spec)), spec.target or spec.kind)

    def show(self, rgb: U8, name: str) -> None:
        """Show pixels that come from no file: RGB uint8 (H, W, 3), copied. Raises ValueError for another shape."""
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or rgb.size == 0:
            raise ValueError(f"expected RGB uint8 (H, W, 3), got {rgb.dtype} {rgb.shape}")
        copy = frozen(np.array(rgb, order="C"))
        self._put(_Order(None, lambda: Pixels(copy, name)), name)

    def command(self, command: SourceCommand) -> None:
        """Pass on what a person asked; of seeks and speeds in a row only the last counts."""
        with self._condition:
            last = self._commands[-1].action if self._commands else ""
            if last == command.action and command.action in ("seek", "speed"):
                self._commands.pop()
            self._commands.append(command)
            self._condition.notify_all()

    def status(self) -> SourceStatus:
        with self._condition:
            return self._status

    def latest(self) -> Frame | None:
        with self._condition:
            return self._latest

    def _put(self, order: _Order, title: str) -> None:
        with self._condition:
            self._order, self._commands = order, []
            self._status = SourceStatus("opening", order.spec, title)
            self._condition.notify_all()

    def _wake(self) -> None:
        with self._condition:
            self._condition.notify_all()

    # ---- in the capture thread ----

    def _turn(self) -> None:
        try:
            order, commands = self._next_work()
            if order is not None:
                self._switch(order)
            for command in commands:
                self._obey(command)
            if order is None and not commands and not self._worker.stopping:
                self._go_on()
        except SourceError as error:
            self._fail(str(error))
        except Exception as error:
            log.exception("a source failed in a way it should not")
            self._fail(f"The source failed unexpectedly: {error}")

    def _next_work(self) -> tuple[_Order | None, list[SourceCommand]]:
        """Sleep until there is an order, a command, something to read, or the end."""

        def called() -> bool:
            return bool(self._order or self._commands or self._worker.stopping)

        wait = self._seconds_to_wait()
        with self._condition:
            self._condition.wait_for(called, wait)
            order, commands = self._order, self._commands
            self._order, self._commands = None, []
        return order, commands

    def _seconds_to_wait(self) -> float | None:
        if self._source is None:
            return None if self._retry_at is None else max(0.0, self._retry_at - perf_counter())
        if self._paused and not self._source.live:
            return None
        return self._source.due()

    def _go_on(self) -> None:
        if self._source is not None:
            self._read(self._source)
        elif self._current is not None and self._retry_at is not None:
            self._open(self._current)

    def _switch(self, order: _Order) -> None:
        self._paused = self._has_delivered = False
        self._open(order)

    def _open(self, order: _Order) -> None:
        self._close()
        self._current, self._retry_at = order, None
        source = order.make()
        self._source = source  # before it is opened: a failure must close it and know whether it is live
        self._publish("opening")
        source.open()
        self._publish(self._state(source))

    def _close(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            source.close()

    def _read(self, source: Source) -> None:
        reading = source.read()
        if reading is not None and not (self._paused and source.live):
            self._hand_out(reading, source.still)
        self._publish(self._state(source))

    def _hand_out(self, reading: Reading, still: bool) -> None:
        rgb = frozen(np.ascontiguousarray(reading.rgb, np.uint8))
        frame = Frame(next(self._numbers), rgb, reading.at, reading.name, reading.label, still)
        self._has_delivered = True
        with self._condition:
            if self._order is not None:
                return  # something else was asked for meanwhile
            self._latest = frame
        self._deliver(frame)

    def _obey(self, command: SourceCommand) -> None:
        source, action = self._source, command.action
        if action == "retry" and self._current is not None:
            self._paused = False
            self._open(self._current)
        if action == "retry" or source is None:
            return
        facts = source.facts()
        if action == "toggle":
            action = "play" if self._paused or facts.ended else "pause"
        if action in ("play", "pause"):
            self._paused = action == "pause" and not source.still
        source.command(SourceCommand(action, command.value))
        step = action in ("next", "previous") and facts.can_step
        if not source.still and not source.live and (step or (action == "seek" and facts.can_seek)):
            self._paused = self._paused or step
            self._read(source)
        self._publish(self._state(source))

    def _fail(self, sentence: str) -> None:
        lost = self._source is not None and self._source.live and self._has_delivered
        self._close()
        self._retry_at = perf_counter() + self._retry_seconds if lost else None
        self._publish("failed", sentence + (" It is tried again every few seconds." if lost else ""))

    def _state(self, source: Source) -> State:
        if source.facts().ended:
            return "ended"
        return "paused" if self._paused else "running"

    def _publish(self, state: State, message: str = "") -> None:
        """Make the status known, unless another source has been asked for meanwhile."""
        source, spec = self._source, self._current.spec if self._current else None
        facts = source.facts() if source is not None and state not in ("opening", "failed") else Facts()
        with self._condition:
            if self._order is None:
                self._status = SourceStatus(
                    state, spec, source.title if source is not None else self._status.title,
                    message or facts.message, facts.position, facts.length, facts.can_step, facts.can_seek,
                    facts.speed, facts.looping, source is None or source.still,
                )  # fmt: skip
