"""How a unit's largest values are spread over the images of a data set, and where one value lies among them."""

from __future__ import annotations

from itertools import pairwise

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from deepvis_app.messages import UnitStats

BINS = 48
_MARK = QColor(60, 200, 85)


class Histogram(QWidget):
    """Bars from the quantiles, and a mark. The range is that of the images, widened to hold the mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stats: UnitStats | None = None
        self._value: float | None = None
        self._range = (0.0, 1.0)
        self._heights: list[float] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def span(self) -> tuple[float, float]:
        """The values at the left and the right edge."""
        return self._range

    def show_stats(self, stats: UnitStats | None) -> None:
        """Draw other images' bars; the mark goes, because it was another unit's."""
        if stats is not self._stats:
            self._stats, self._value = stats, None
            self._fit()

    def set_value(self, value: float | None) -> None:
        """Move the mark; painted only when it is seen to move."""
        before = self._mark_x()
        self._value = value
        low, high = self._range
        if value is not None and not low <= value <= high:
            self._fit()
        elif self._mark_x() != before:
            self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 24, metrics.height() * 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def _fit(self) -> None:
        """Choose the range and share the images out among the bins."""
        stats = self._stats
        values = [value for _, value in stats.quantiles] if stats is not None else []
        if stats is None or not values:
            self._heights = []
        else:
            shown = [*values, *([] if self._value is None else [self._value])]
            low, high = min(shown), max(shown)
            high = high if high > low else low + 1.0
            self._range = (low, high)
            edges = [low + (high - low) * k / BINS for k in range(BINS + 1)]
            below = [0.0, *(stats.percentile(edge) for edge in edges[1:-1]), 100.0]
            shares = [b - a for a, b in pairwise(below)]
            # Most units are silent in most images: that one bin would flatten all others.
            top = max(sorted(shares)[-2], max(shares) / 4, 1e-9)
            self._heights = [min(share / top, 1.0) for share in shares]
        self.update()

    def _mark_x(self) -> int | None:
        if self._value is None or not self._heights:
            return None
        low, high = self._range
        return round((min(max(self._value, low), high) - low) / (high - low) * (self.width() - 1))

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = self.palette().color(QPalette.ColorRole.WindowText)
        ground, bars = QColor(text), QColor(text)
        ground.setAlphaF(0.06)
        bars.setAlphaF(0.38)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        painter.setBrush(bars)
        painter.drawPolygon(self._outline())
        x = self._mark_x()
        if x is not None:
            painter.setPen(QPen(_MARK, 2))
            painter.drawLine(QPointF(x + 0.5, 0), QPointF(x + 0.5, self.height()))
        painter.end()

    def _outline(self) -> QPolygonF:
        room, step = self.height() - 2, self.width() / BINS
        points = [QPointF(0, self.height())]
        for place, height in enumerate(self._heights):
            y = self.height() - height * room
            points += [QPointF(place * step, y), QPointF((place + 1) * step, y)]
        points.append(QPointF(self.width(), self.height()))
        return QPolygonF(points)
