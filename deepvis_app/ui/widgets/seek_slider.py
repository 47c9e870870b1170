"""A slider for places in time: a click goes there, and the handle can be dragged on from it."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QSizePolicy, QSlider, QStyle, QStyleOptionSlider

TICKS = 1000


class SeekSlider(QSlider):
    """Values 0..TICKS; a plain slider would only move a page towards a click beside its handle."""

    def __init__(self, tooltip: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setRange(0, TICKS)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            handle = self._handle_width()
            room = max(self.width() - handle, 1)
            across = round(event.position().x() - handle / 2)
            self.setValue(QStyle.sliderValueFromPosition(0, TICKS, across, room))
        super().mousePressEvent(event)

    def _handle_width(self) -> int:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        style = self.style()
        assert style is not None  # every widget has one
        return style.pixelMetric(QStyle.PixelMetric.PM_SliderLength, option, self)
