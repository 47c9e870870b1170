"""Jobs: start what `deepvis-precompute` can make, and see how far it is, while the window goes on."""

from __future__ import annotations

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QDialog, QFrame, QVBoxLayout

from deepvis_app.jobs import JobSpec
from deepvis_app.ui.action import ActionContext
from deepvis_app.ui.dialogs.job_form import JobFormBox
from deepvis_app.ui.dialogs.job_log import JobLog
from deepvis_app.ui.dialogs.job_rows import JobRows
from deepvis_app.ui.widgets.controls import heading


class JobsDialog(QDialog):
    """Not modal. It has no timer of its own: the window refreshes it with its slow tick."""

    def __init__(self, context: ActionContext) -> None:
        super().__init__(context.window)
        self.setWindowTitle("Jobs")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._queue = context.services.jobs
        self.form = JobFormBox(context, self._start)
        self.rows = JobRows(self._queue, self.pressed)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Sunken)
        column = QVBoxLayout(self)
        column.addWidget(heading("New job"))
        column.addWidget(self.form)
        column.addWidget(line)
        column.addWidget(heading("Jobs"))
        column.addWidget(self.rows, 1)
        metrics = self.fontMetrics()
        self.resize(metrics.averageCharWidth() * 110, metrics.height() * 44)
        QTimer.singleShot(0, self.form.show_device)  # asking for the devices may take a moment

    def refresh(self) -> None:
        """Follow the selection and the jobs."""
        self.form.refresh()
        self.rows.refresh()
        for log in self.findChildren(JobLog):
            log.refresh()

    def pressed(self, key: str, button: str) -> None:
        """Do what a button of a job is for."""
        actions = {
            "pause": self._queue.pause,
            "go": self._queue.go,
            "stop": self._queue.stop,
            "again": self._queue.again,
            "remove": self._queue.remove,
            "log": self._show_log,
        }
        actions[button](key)
        self.rows.refresh()

    def _show_log(self, key: str) -> None:
        JobLog(self._queue, key, self).show()

    def _start(self, spec: JobSpec) -> None:
        self._queue.add(spec)
        self.rows.refresh()


def open_jobs(context: ActionContext, form: str = "", scope: str = "") -> None:
    """Open the dialog, or bring it to the front; with a job chosen and for whom, if both are named."""
    dialogs = context.window.findChildren(JobsDialog)
    dialog = dialogs[0] if dialogs else JobsDialog(context)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
    if form and scope:
        dialog.form.choose(form, scope)
