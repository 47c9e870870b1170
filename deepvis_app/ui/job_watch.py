"""What the window does about jobs: it follows them, shows them in the status line, and asks before it goes."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QColor, QGuiApplication, QPainter, QPalette
from PyQt6.QtWidgets import QMessageBox

from deepvis_app.jobs import JobView
from deepvis_app.ui.action import ActionContext
from deepvis_app.ui.dialogs import job_end
from deepvis_app.ui.dialogs.jobs import JobsDialog, open_jobs
from deepvis_app.ui.job_words import share, short, status
from deepvis_app.ui.widgets.buttons import FlatButton

LONG_S = 60.0  # the end of a job that took longer is told


class JobIndicator(FlatButton):
    """How far the job at work is; hidden while there is none."""

    def __init__(self, press: Callable[[], object]) -> None:
        super().__init__("", "Jobs", press)
        self._share = 0.0
        self.hide()

    def show_jobs(self, jobs: tuple[JobView, ...]) -> None:
        """The first is the one at work."""
        live = [job for job in jobs if not job.over]
        self.setVisible(bool(live))
        if not live:
            return
        more = f" (+{len(live) - 1})" if len(live) > 1 else ""
        text = short(live[0]) + more
        if (text, share(live[0])) != (self.text(), self._share):
            self._share = share(live[0])
            self.setText(text)
            self.setAccessibleName(text)
            self.setToolTip(f"{live[0].spec.title}\n{status(live[0])}")
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """As high as the status line, which must not move."""
        return QSize(super().sizeHint().width(), self.fontMetrics().height())

    def draw_sign(self, painter: QPainter, colour: QColor) -> None:
        ground = self.palette().color(QPalette.ColorRole.Highlight)
        ground.setAlphaF(0.45)
        done = QRectF(self.rect())
        done.setWidth(done.width() * self._share)
        painter.fillRect(done, ground)
        super().draw_sign(painter, colour)


class JobWatch:
    """`indicator` belongs into the status line; `slow_tick` is called a few times a second."""

    def __init__(self, context: ActionContext) -> None:
        self._context, self.queue = context, context.services.jobs
        self.indicator = JobIndicator(lambda: open_jobs(context))
        self._question: QMessageBox | None = None
        self._decided = False

    def slow_tick(self) -> None:
        """Follow the children; tell what a person would want to know."""
        dialogs = self._context.window.findChildren(JobsDialog)
        for job in self.queue.poll():
            if not dialogs and (job.state == "failed" or (job.state == "done" and job.elapsed_s > LONG_S)):
                self._context.session.say(f"{job.spec.title}. {status(job)}")
        jobs = self.queue.jobs
        self._context.session.see_jobs(jobs)
        self.indicator.show_jobs(jobs)
        for dialog in dialogs:
            dialog.refresh()

    def may_close(self) -> bool:
        """Whether the window may go now; else the question is on the screen, whose answer closes the window."""
        self.queue.poll()
        live = [job for job in self.queue.jobs if not job.over]
        if self._decided or not live or _logging_out():
            return True
        if self._question is None:
            active = [job for job in live if job.active]
            running = "\n".join(f"{job.spec.title}: {short(job).partition(': ')[2]}" for job in active)
            self._question = job_end.ask(
                self._context.window, running, len(live) > len(active), self._answered
            )
            self._question.destroyed.connect(self._forget)
        return False

    def end(self) -> None:
        """The window is gone: what runs goes on by itself."""
        self.queue.let_go()

    def _answered(self, keep: bool) -> None:
        if not keep:
            self.queue.stop_all()
        self._decided = True
        self._context.window.leave()

    def _forget(self) -> None:
        self._question = None


def _logging_out() -> bool:
    """Whether the desktop's session ends: nobody may hold it up with a question."""
    application = QGuiApplication.instance()
    return isinstance(application, QGuiApplication) and application.isSavingSession()
