"""Which colour stands for which value."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QImage, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QSizePolicy, QWidget

from deepvis_app.messages import U8
from deepvis_app.render.palettes import PALETTES, ZERO, value_of

_NUMBERS = (1, 64, ZERO, 192, 255)  # the colour numbers that are labelled
_FIRST = (0, 4, 2, 1, 3)  # the places in _NUMBERS, those that must not be left out first
_APART = 6  # pixels between two labels


def short(value: float, digits: int = 3) -> str:
    """So many significant digits, without needless zeros; whole numbers below a million are written out."""
    if 10**digits <= abs(value) < 1e6:
        return f"{value:.0f}"
    return f"{value:.{digits}g}" if value else "0"


class ColourBar(QWidget):
    """The colour table from -top to top with numbers under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key: tuple[int, str, float] = (0, "", 1.0)
        self._image = _strip(PALETTES["gray"])
        self._labels: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_scale(self, table: U8, top: float, gamma: float) -> None:
        """Redrawn only when something that can be read off it has changed."""
        key = (id(table), short(top), gamma)
        if key != self._key:
            self._key = key
            self._image = _strip(table)
            self._labels = tuple(short(value_of(number, top, gamma), 2) for number in _NUMBERS)
            self.update()

    @property
    def labels(self) -> tuple[str, ...]:
        """The numbers under the bar, left to right."""
        return self._labels

    def label_boxes(self) -> dict[int, QRectF]:
        """Where the labels are drawn, by their place; what would touch another is left out."""
        metrics, found = self.fontMetrics(), dict[int, QRectF]()
        for place in _FIRST if self._labels else ():
            width = metrics.horizontalAdvance(self._labels[place]) + 1
            left = (_NUMBERS[place] - 1) / 254 * (self.width() - 1) - width / 2
            left = min(max(left, 0), self.width() - width)
            box = QRectF(left, self._thickness() + 3, width, metrics.height())
            wide = box.adjusted(-_APART, 0, _APART, 0)
            if not any(wide.intersects(other) for other in found.values()):
                found[place] = box
        return found

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 36, metrics.height() + self._thickness() + 3)

    def _thickness(self) -> int:
        return max(self.fontMetrics().height() // 2, 4)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        thickness = self._thickness()
        painter.drawImage(QRectF(0, 0, self.width(), thickness), self._image)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        for place, box in self.label_boxes().items():
            x = round((_NUMBERS[place] - 1) / 254 * (self.width() - 1))
            painter.drawLine(x, thickness, x, thickness + 2)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft), self._labels[place])
        painter.end()


def _strip(table: U8) -> QImage:
    """Numbers 1..255 as one row of pixels."""
    row = table[1:].tobytes()  # a name of its own: the first QImage only points into it
    return QImage(row, 255, 1, 255 * 3, QImage.Format.Format_RGB888).copy()
