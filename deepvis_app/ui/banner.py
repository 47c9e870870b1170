"""A line that floats over the window: what went wrong, or what is worth knowing."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

NOTICE_S = 10.0  # a notice goes away by itself; a failure of the program stays until dismissed


class Banner(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self, dismissed: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dismissed = dismissed
        self._until = float("inf")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.ToolTipBase)
        self.setAccessibleName("Notice")
        self._text = QLabel()
        self._text.setForegroundRole(QPalette.ColorRole.ToolTipText)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        button = QPushButton("Dismiss")
        button.setToolTip("Hide this line")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 6, 4)
        layout.addWidget(self._text, 1)
        layout.addWidget(button)
        self.hide()

    @property
    def text(self) -> str:
        """What is being said; empty when hidden."""
        return "" if self.isHidden() else self._text.text()

    def notice(self, text: str) -> None:
        """Say something for a while; never in the place of an undismissed failure."""
        if self.isHidden() or self._until < float("inf"):
            self._say(text, monotonic() + NOTICE_S)

    def failure(self, text: str) -> None:
        """Say something until it is dismissed."""
        self._say(text, float("inf"))

    def dismiss(self) -> None:
        self.hide()
        self._dismissed()

    def slow_tick(self) -> None:
        if monotonic() > self._until:
            self.hide()

    def _say(self, text: str, until: float) -> None:
        self._text.setText(text)
        self._until = until
        self.setVisible(bool(text))
