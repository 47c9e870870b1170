"""The window's heartbeat: pictures at the pace of the frames, text slowly enough to be read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter
from typing import Protocol

from PyQt6.QtCore import QObject, Qt, QTimer

from deepvis_app.session import Session, View

FAST_MS = 15
SLOW_MS = 250
REMEMBERED = 5000  # shown frames


class Listener(Protocol):
    """What is shown a view: a panel, or the window itself."""

    def show_view(self, view: View) -> None: ...
    def slow_tick(self) -> None: ...
    def isVisible(self) -> bool: ...  # noqa: N802 (as QWidget)


class Clock(QObject):
    """Polls the session and shows what is new to every visible listener.

    A hidden listener gets the newest view when it is visible again. `work_ms` holds, for each view that was
    shown, the milliseconds that the listeners and the painting that followed took.
    """

    def __init__(
        self,
        session: Session,
        listeners: Sequence[Listener],
        failed: Callable[[BaseException], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.work_ms: deque[float] = deque(maxlen=REMEMBERED)
        self._session, self._listeners, self._failed = session, listeners, failed
        self._behind: set[int] = set(range(len(listeners)))
        self._unpainted = False
        self._fast = self._timer(FAST_MS, self.fast_tick)
        self._fast.setTimerType(Qt.TimerType.PreciseTimer)
        self._slow = self._timer(SLOW_MS, self.slow_tick)

    def start(self) -> None:
        self._fast.start()
        self._slow.start()

    def stop(self) -> None:
        self._fast.stop()
        self._slow.stop()

    def fast_tick(self) -> None:
        """Show what has arrived."""
        began = perf_counter()
        if self._session.poll() is not None:
            self._behind = set(range(len(self._listeners)))
        if not self._behind:
            return
        view, shown = self._session.view, 0
        for place in sorted(self._behind):
            if self._listeners[place].isVisible():  # an earlier listener may have hidden it just now
                self._behind.discard(place)
                shown += 1
                self._guarded(partial(self._listeners[place].show_view, view))
        if shown:
            self.work_ms.append(1000 * (perf_counter() - began))
            self._unpainted = True

    def slow_tick(self) -> None:
        for listener in self._listeners:
            if listener.isVisible():
                self._guarded(listener.slow_tick)

    def painted(self, milliseconds: float) -> None:
        """The window tells how long it painted; counted once for each shown view."""
        if self._unpainted:
            self.work_ms[-1] += milliseconds
            self._unpainted = False

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 (one broken panel must not stop the others; it is reported)
            self._failed(error)

    def _timer(self, interval_ms: int, tick: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.timeout.connect(tick)
        return timer
