"""Play, pause, step, seek, speed and loop for sources that can."""

from __future__ import annotations

from PyQt6.QtCore import QSignalBlocker, QSize
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from deepvis_app.messages import SourceStatus
from deepvis_app.session import Session
from deepvis_app.session.intents import source
from deepvis_app.ui.widgets.buttons import SignButton
from deepvis_app.ui.widgets.controls import Chooser
from deepvis_app.ui.widgets.seek_slider import TICKS, SeekSlider

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)


class Transport(QWidget):
    """One line of controls that shows only what the running source can do."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._status: SourceStatus | None = None
        self.previous = SignButton(
            "previous", "Previous picture (keys w, PgUp)", lambda: self._tell("previous")
        )
        self.play = SignButton(
            "pause", "Play or pause, freeze the camera (key f)", lambda: self._tell("toggle")
        )
        self.next = SignButton("next", "Next picture (keys e, PgDn)", lambda: self._tell("next"))
        self.slider = SeekSlider("Where in the video, or which of the pictures")
        self.slider.valueChanged.connect(self._seek)
        speeds = [(speed, f"{speed:g}x", f"{speed:g} times the normal speed") for speed in SPEEDS]
        self.speed = Chooser("Speed of the video", speeds, lambda speed: self._tell("speed", speed))
        self.loop = SignButton("loop", "Start again at the end", self._toggle_loop, checkable=True)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(1)
        for button in (self.previous, self.play, self.next):
            line.addWidget(button)
        line.addWidget(self.slider, 1)
        line.addStretch(0)
        for widget in (self.speed, self.loop):
            line.addWidget(widget)

    def show_status(self, status: SourceStatus) -> None:
        if status == self._status:
            return
        self._status = status
        still = status.still
        self.play.setVisible(status.state in ("running", "paused", "ended") and not still)
        self.play.set_sign("pause" if status.state == "running" else "play")
        self.previous.setVisible(status.can_step)
        self.next.setVisible(status.can_step)
        self.slider.setVisible(status.can_seek)
        for widget in (self.speed, self.loop):
            widget.setVisible(status.can_seek and not still)
        self.loop.setChecked(status.looping)
        self.speed.show_key(status.speed)
        self.setVisible(status.can_step or status.can_seek or not self.play.isHidden())
        if not self.slider.isSliderDown() and status.length > 0:
            with QSignalBlocker(self.slider):
                self.slider.setValue(round(status.position / status.length * TICKS))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.play.sizeHint().height())

    def _seek(self, value: int) -> None:
        if self._status is not None:
            self._tell("seek", value / TICKS * self._status.length)

    def _toggle_loop(self) -> None:
        self._tell("loop", 0.0 if self._status is not None and self._status.looping else 1.0)

    def _tell(self, action: str, value: float = 0.0) -> None:
        source(self._session, action, value)
