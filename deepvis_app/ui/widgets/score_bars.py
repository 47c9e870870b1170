"""Class scores as bars with their names."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QSizePolicy, QToolTip, QWidget

from deepvis_app.messages import Score

PLACES = 5


class ScoreBars(QWidget):
    """Up to five lines: name (cut off with ... where there is no room), per cent, and a bar behind both."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scores: tuple[Score, ...] = ()
        self._empty = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_scores(self, scores: tuple[Score, ...], empty: str = "") -> None:
        """`empty` is said where there are no scores."""
        if (scores, empty) != (self._scores, self._empty):
            self._scores, self._empty = scores[:PLACES], empty
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 30, self._line() * PLACES)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 12, self._line() * PLACES)

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent):
            place = int(event.pos().y() // self._line())
            if 0 <= place < len(self._scores):
                score = self._scores[place]
                QToolTip.showText(
                    event.globalPos(), f"{score.label} ({score.index}): {score.value:.2%}", self
                )
                return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._scores:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()), int(flags), self._empty)
        for place, score in enumerate(self._scores):
            line = QRectF(0, place * self._line(), self.width(), self._line()).adjusted(0, 1, 0, -1)
            self._draw(painter, line, score)
        painter.end()

    def _draw(self, painter: QPainter, line: QRectF, score: Score) -> None:
        metrics = self.fontMetrics()
        bar = QColor(self.palette().color(QPalette.ColorRole.Highlight))
        bar.setAlphaF(0.38)
        ground = QColor(self.palette().color(QPalette.ColorRole.WindowText))
        ground.setAlphaF(0.06)
        painter.setPen(Qt.PenStyle.NoPen)
        for colour, share in ((ground, 1.0), (bar, min(max(score.value, 0.0), 1.0))):
            painter.setBrush(colour)
            painter.drawRoundedRect(
                QRectF(line.left(), line.top(), line.width() * share, line.height()), 3, 3
            )
        inner = line.adjusted(6, 0, -6, 0)
        number = f"{score.value:.1%}"
        room = inner.width() - metrics.horizontalAdvance("100.0%") - 8
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        name = metrics.elidedText(score.label, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), name)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), number)

    def _line(self) -> int:
        return self.fontMetrics().height() + 8
