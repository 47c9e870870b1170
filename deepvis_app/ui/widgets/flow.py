"""Widgets in a row that breaks into as many lines as the width needs."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QPoint, QRect, QSize
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

_GAP = 4


class FlowRow(QWidget):
    """As high as its lines are. What is hidden takes no room."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self._widgets = widgets
        for widget in widgets:
            widget.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return _height(self._broken(width))

    def sizeHint(self) -> QSize:
        width = sum(widget.sizeHint().width() + _GAP for widget in self._widgets) - _GAP
        return QSize(width, self.heightForWidth(self.width() or width))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """With another width the layout must ask again how high the lines are."""
        self._place()
        if event is not None and event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def event(self, event: QEvent | None) -> bool:
        """A widget has another size or is hidden."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._place()
            self.updateGeometry()
        return super().event(event)

    def _place(self) -> None:
        for widget, box in self._boxes(self.width()):
            widget.setGeometry(box)

    def _boxes(self, width: int) -> list[tuple[QWidget, QRect]]:
        """Where each is; lines are filled evenly, so that none stands alone in the last one without need."""
        high = _height(boxes := self._broken(width))
        low, best = 0, width
        while best - low > 1:  # the narrowest room that needs no more lines
            middle = (low + best) // 2
            tried = self._broken(middle)
            if _height(tried) == high and not _cut(tried):
                best, boxes = middle, tried
            else:
                low = middle
        return boxes

    def _broken(self, width: int) -> list[tuple[QWidget, QRect]]:
        """As many in each line as there is room for; a line is as high as its highest."""
        placed: list[tuple[QWidget, QRect]] = []
        at, line = QPoint(0, 0), 0
        for widget in self._widgets:
            if widget.isHidden():
                continue
            size = widget.sizeHint()
            if at.x() and at.x() + size.width() > width:
                at, line = QPoint(0, at.y() + line + _GAP), 0
            room = max(min(size.width(), width - at.x()), 0)
            placed.append((widget, QRect(at, QSize(room, size.height()))))
            at += QPoint(size.width() + _GAP, 0)
            line = max(line, size.height())
        return placed


def _height(placed: list[tuple[QWidget, QRect]]) -> int:
    return max((box.bottom() + 1 for _, box in placed), default=0)


def _cut(placed: list[tuple[QWidget, QRect]]) -> bool:
    """Whether one is narrower than it asks to be."""
    return any(box.width() < widget.sizeHint().width() for widget, box in placed)
