"""Nine places for pictures of a unit, three by three."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

SIDE = 3


class PictureSection(QWidget):
    """An empty 3x3 grid with the sentence that says why it is empty."""

    def __init__(self, why_empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.why_empty = why_empty
        self.setAccessibleDescription(why_empty)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        side = self.fontMetrics().averageCharWidth() * 28
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        side = self.fontMetrics().averageCharWidth() * 16
        return QSize(side, side // 2)

    def cells(self) -> list[QRectF]:
        """The nine places, row by row: square, as large as the widget allows, centred."""
        gap = 3
        side = (min(self.width(), self.height()) - gap * (SIDE - 1) - 1) / SIDE
        step = side + gap
        left = (self.width() - SIDE * step + gap) / 2
        top = (self.height() - SIDE * step + gap) / 2
        return [QRectF(left + c * step, top + r * step, side, side) for r in range(SIDE) for c in range(SIDE)]

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = self.palette().color(QPalette.ColorRole.WindowText)
        ground, line = QColor(text), QColor(text)
        ground.setAlphaF(0.05)
        line.setAlphaF(0.12)
        painter.setPen(QPen(line, 1))
        painter.setBrush(ground)
        cells = self.cells()
        for cell in cells:
            painter.drawRoundedRect(cell, 3, 3)
        flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        room = QRectF(self.rect()).adjusted(8, 4, -8, -4)
        words = painter.boundingRect(room, flags, self.why_empty)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Window))
        painter.drawRoundedRect(words.adjusted(-8, -4, 8, 4), 4, 4)
        painter.setPen(text)
        painter.drawText(room, flags, self.why_empty)
        painter.end()
