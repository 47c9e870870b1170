"""A window whose jobs are a stand-in's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pytestqt.qtbot import QtBot

from deepvis_app.jobs import JobView
from deepvis_app.ui.dialogs.jobs import JobsDialog
from tests.jobs.children import queue_in
from tests.ui.windows import Shown


class WithJobs:
    """The window, its queue, and ticks of its clock that a test gives."""

    def __init__(self, shown: Shown, qtbot: QtBot) -> None:
        self.shown, self.window, self.queue = shown, shown.window, shown.window.jobs.queue
        self._qtbot = qtbot

    @property
    def jobs(self) -> tuple[JobView, ...]:
        return self.queue.jobs

    @property
    def states(self) -> list[str]:
        return [job.state for job in self.jobs]

    def open(self) -> JobsDialog:
        """The dialog, by its action, after it has asked for the devices."""
        self.window.menus.actions["jobs"].trigger()
        (dialog,) = self.window.findChildren(JobsDialog)
        self._qtbot.waitUntil(lambda: dialog.form.device.count() > 0)
        return dialog

    def until(self, reached: Callable[[], bool]) -> None:
        """Tick until it is so."""

        def ticked() -> bool:
            self.window.clock.slow_tick()
            return reached()

        self._qtbot.waitUntil(ticked, timeout=20_000)


@contextmanager
def window_with_jobs(qtbot: QtBot, folder: Path, with_model: bool = True) -> Iterator[WithJobs]:
    """All that was started is ended before the window is closed."""
    with queue_in(folder) as queue:
        yield WithJobs(Shown(qtbot, with_model, queue), qtbot)
