"""Where the sets of pictures stand: what the unit prefers in two ways, then the real patches and why."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

_GAP = 4


class DataPictures(QWidget):
    """The first two sets stand side by side or one below the other, whichever shows them larger."""

    def __init__(self, sets: Sequence[QWidget], below: QWidget) -> None:
        """At least two sets; `below` takes only the height that it needs."""
        super().__init__()
        self._rest, self._below = len(sets) - 2, below
        self.pair = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self.pair.setSpacing(_GAP)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_GAP)
        self._column.addLayout(self.pair, 2)
        for place, widget in enumerate(sets):
            if place < 2:
                self.pair.addWidget(widget, 1)
            else:
                self._column.addWidget(widget, 1)
        self._column.addWidget(below)

    @property
    def beside(self) -> bool:
        return self.pair.direction() == QBoxLayout.Direction.LeftToRight

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        head = self.fontMetrics().height() + _GAP
        height = self.height() - (self._below.height() if self._below.isVisible() else 0)

        def side(rows: int, across: int) -> float:
            """Of a set, when so many share the height and the width."""
            return min(self.width() / across, height / rows - head)

        beside = side(1 + self._rest, 2) > side(2 + self._rest, 1)
        if beside != self.beside:
            directions = QBoxLayout.Direction
            self.pair.setDirection(directions.LeftToRight if beside else directions.TopToBottom)
            self._column.setStretch(0, 1 if beside else 2)
