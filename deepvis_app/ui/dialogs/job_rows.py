"""The list of jobs: how far each is, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QFrame, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from deepvis_app.jobs import JobQueue, JobView
from deepvis_app.ui.job_words import share, status
from deepvis_app.ui.widgets.buttons import FlatButton
from deepvis_app.ui.widgets.controls import ElidedLabel, heading, row

_FINE = 1000  # steps of a progress bar
NONE_YET = "No jobs yet. What you start above runs here, and goes on while you look at other things."
_ATTACHED = "Another window started it: it can be stopped, not paused"
_OVER = ("stopped", "failed")


class JobRow(QFrame):
    """One job. `press` is called with the name of a button: pause, go, stop, again, log or remove."""

    def __init__(self, press: Callable[[str], None]) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.title = ElidedLabel()
        self.title.setFont(heading("").font())
        self.bar = QProgressBar()
        self.bar.setRange(0, _FINE)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.bar.setFixedHeight(max(self.fontMetrics().height() // 2, 6))
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons = {name: _button(text, tip, partial(press, name)) for name, text, tip in _BUTTONS}
        head = row(*self.buttons.values())
        head.insertWidget(0, self.title, 1)
        column = QVBoxLayout(self)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.status)

    def show_job(self, job: JobView) -> None:
        """Bring all of it up to date."""
        self.title.say(job.spec.title)
        self.bar.setVisible(job.active)
        self.bar.setValue(round(_FINE * share(job)))
        told = status(job)
        if told != self.status.text():
            self.status.setText(told)
            failed = job.state == "failed"
            self.status.setForegroundRole(
                QPalette.ColorRole.BrightText if failed else QPalette.ColorRole.PlaceholderText
            )
        shown = {
            "pause": job.state == "running",
            "go": job.state == "paused",
            "stop": job.active,
            "again": job.state in _OVER,
            "log": job.state != "queued",
            "remove": not job.active,
        }
        for name, button in self.buttons.items():
            button.setVisible(shown[name])
        stop = self.buttons["stop"]
        for name in ("pause", "go"):
            self.buttons[name].setEnabled(not job.attached)
            self.buttons[name].setToolTip(_ATTACHED if job.attached else _TIPS[name])
        stop.setText("End now" if job.state == "stopping" else "Stop")
        stop.setToolTip("Do not wait for the piece in work" if job.state == "stopping" else _TIPS["stop"])


class JobRows(QScrollArea):
    """All jobs of a queue, one under the other."""

    def __init__(self, queue: JobQueue, pressed: Callable[[str, str], None]) -> None:
        """`pressed` is called with the key of a job and the name of the button."""
        super().__init__()
        self._queue, self._pressed = queue, pressed
        self.rows: dict[str, JobRow] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._none = QLabel(NONE_YET)
        self._none.setWordWrap(True)
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._none.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._none)
        self._column.addStretch(1)
        self.setWidget(inside)
        self.refresh()

    def refresh(self) -> None:
        """Follow the queue: its order, and every job in it."""
        jobs = self._queue.jobs
        if [job.key for job in jobs] != list(self.rows):
            self._order([job.key for job in jobs])
        for job in jobs:
            self.rows[job.key].show_job(job)
        self._none.setVisible(not jobs)

    def _order(self, keys: list[str]) -> None:
        for gone in [key for key in self.rows if key not in keys]:
            old = self.rows.pop(gone)
            self._column.removeWidget(old)
            old.deleteLater()
        rows = {key: self.rows.get(key) or JobRow(partial(self._pressed, key)) for key in keys}
        for place, made in enumerate(rows.values()):
            self._column.insertWidget(1 + place, made)
        self.rows = rows


_BUTTONS = (
    ("pause", "Pause", "Hold it after the piece in work; it keeps its memory"),
    ("go", "Continue", "Go on where it was paused"),
    ("stop", "Stop", "End it after the piece in work; what is finished is kept"),
    ("again", "Run again", "Go on where it ended: what is finished is kept"),
    ("log", "Log…", "What it has said so far"),
    ("remove", "Remove", "Take it out of this list, with its log; its pictures stay"),
)
_TIPS = {name: tip for name, _, tip in _BUTTONS}


def _button(text: str, tooltip: str, press: Callable[[], None]) -> FlatButton:
    button = FlatButton(text, tooltip, press)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
