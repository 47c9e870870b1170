"""Pictures of a unit side by side in one row, as high as its width allows."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QSizePolicy

from deepvis_app.messages import UnitPicture
from deepvis_app.ui.widgets.picture_section import PictureSection

_GAP = 3
_LINES = 6  # of text: no picture is higher, however wide the row is


class PictureRow(PictureSection):
    """Places from the left on for `count` pictures; in rows of one width and count they stand below each other."""

    count = 1

    def show_row(self, pictures: tuple[UnitPicture, ...], count: int) -> None:
        """Pictures of the ranks 0 to `count` - 1, nine at most."""
        self.count = count
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.show_pictures(pictures)
        self.updateGeometry()

    def cells(self) -> list[QRectF]:
        side = max(min(self._fitting(self.width()), self.height() - 1), 1)
        return [QRectF(at * (side + _GAP), 0, side, side) for at in range(self.count)]

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 28, round(self._fitting(self.width())) + 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 8, self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None and event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def _fitting(self, width: float) -> float:
        """The side of a picture in a row so wide."""
        return min((width - 1 - _GAP * (self.count - 1)) / self.count, self.fontMetrics().height() * _LINES)
