"""Words on top of pictures: the sentence of an empty pane, and the readout in its corner.

Pictures have a dark ground in both themes, so these have fixed light text.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QLabel, QPushButton, QWidget

from deepvis_app.render.palettes import BACKGROUND

PICTURE_GROUND = "#{:02x}{:02x}{:02x}".format(*BACKGROUND)
_TEXT = "#e8eaee"
_PLATE = "rgba(24, 25, 29, 210)"
_GAP = 6
_BUTTON = (
    "QPushButton { color: #ffffff; background: #3c6df0; border: none; border-radius: 4px; padding: 5px 12px; }"
    "QPushButton:hover { background: #5581f5; } QPushButton:pressed { background: #2f57c4; }"
)


class Message(QWidget):
    """A sentence in the middle of a picture pane, with an optional button under it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label.setStyleSheet(
            f"color: {_TEXT}; background: {_PLATE}; border-radius: 5px; padding: 6px 10px;"
        )
        self.button = QPushButton(self)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setStyleSheet(_BUTTON)
        self.button.clicked.connect(self._pressed)
        self._action: Callable[[], None] | None = None
        self.hide()

    @property
    def text(self) -> str:
        return self._label.text() if not self.isHidden() else ""

    def say(self, text: str, button: str = "", action: Callable[[], None] | None = None) -> None:
        """Show the sentence; an empty one hides everything."""
        self._action = action
        if (text, button) == (self._label.text(), self.button.text()) and self.isHidden() != bool(text):
            return
        self._label.setText(text)
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.setVisible(bool(text))
        self.place()

    def place(self) -> None:
        """Take the room that the words need, in the middle of the parent."""
        parent = self.parentWidget()
        if parent is None or self.isHidden():
            return
        metrics = self._label.fontMetrics()
        widest = max(parent.width() - 16, 1)
        width = min(
            widest, metrics.averageCharWidth() * 44, metrics.horizontalAdvance(self._label.text()) + 28
        )
        button = self.button.sizeHint() if self.button.text() else QSize(0, -_GAP)
        width = max(width, min(button.width(), widest))
        height = self._label.heightForWidth(width)
        self._label.setGeometry(0, 0, width, height)
        left = (width - button.width()) // 2
        self.button.setGeometry(left, height + _GAP, min(button.width(), widest), max(button.height(), 0))
        total = height + _GAP + button.height()
        self.setGeometry((parent.width() - width) // 2, max((parent.height() - total) // 2, 0), width, total)

    def _pressed(self) -> None:
        if self._action is not None:
            self._action()


class Readout(QLabel):
    """One line in the lower left corner of a picture: what the mouse points at."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setStyleSheet(f"color: {_TEXT}; background: {_PLATE}; border-radius: 3px; padding: 2px 6px;")
        self.hide()

    def say(self, text: str) -> None:
        if text == self.text() and self.isHidden() != bool(text):
            return
        self.setText(text)
        self.setVisible(bool(text))
        self.place()

    def place(self) -> None:
        """Go to the corner of the parent again."""
        parent = self.parentWidget()
        if parent is not None and not self.isHidden():
            size = self.sizeHint().boundedTo(parent.size())
            self.setGeometry(4, parent.height() - size.height() - 4, size.width(), size.height())
