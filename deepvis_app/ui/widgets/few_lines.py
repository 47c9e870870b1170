"""Text that takes as many lines as it needs, up to a few."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QResizeEvent, QTextLayout, QTextOption
from PyQt6.QtWidgets import QSizePolicy, QWidget


class FewLines(QWidget):
    """Muted text, wrapped; what does not fit into `most` lines is cut off with ..., and the tooltip has all."""

    def __init__(self, most: int = 2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most, self._text = most, ""
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    @property
    def text(self) -> str:
        return self._text

    def say(self, text: str, tooltip: str = "") -> None:
        """Show the text; none takes no room at all."""
        if text != self._text:
            self._text = text
            self.setAccessibleDescription(text)
            self.setVisible(bool(text))
            self.updateGeometry()
            self.update()
        self.setToolTip(tooltip or text)

    def lines(self, width: float) -> list[str]:
        """The text as it is broken for a width in pixels."""
        starts = line_starts(self._text, self.font(), width)
        found = broken(self._text, self.font(), width)
        if len(found) > self._most:
            rest = self._text[starts[self._most - 1] :]
            metrics = self.fontMetrics()
            found[self._most - 1 :] = [metrics.elidedText(rest, Qt.TextElideMode.ElideRight, int(width))]
        return found

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return len(self.lines(width)) * self.fontMetrics().height()

    def sizeHint(self) -> QSize:
        width = max(self.width(), 1)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """With another width the layout must ask again how high the lines are."""
        super().resizeEvent(event)
        if event is not None and event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        height = self.fontMetrics().height()
        for row, line in enumerate(self.lines(self.width())):
            at = QRectF(QPointF(0, row * height), QPointF(self.width(), (row + 1) * height))
            painter.drawText(at, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), line)
        painter.end()


def broken(text: str, font: QFont, width: float) -> list[str]:
    """The lines of a text in a width in pixels, broken between words or, where one is too long, anywhere."""
    if not text:
        return []
    starts = line_starts(text, font, width)
    return [text[start:end].rstrip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def line_starts(text: str, font: QFont, width: float) -> list[int]:
    """Where in the text each of these lines begins."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    starts = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 1))
        starts.append(line.textStart())
    layout.endLayout()
    return starts
