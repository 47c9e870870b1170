"""Where a picture lies in its pane: fitted, zoomed, scrolled, mirrored."""

from __future__ import annotations

from typing import Literal

from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QTransform

MOST_ZOOM = 64.0
Fit = Literal["whole", "width"]
FloatBox = tuple[float, float, float, float]  # top, left, bottom, right


class Placement:
    """The map from picture pixels to widget pixels. The picture never leaves the pane's edges behind.

    `picture` and `pane` are (height, width); a zoom of 1 is fitted: `whole` shows all of the picture, `width`
    makes it as wide as the pane.
    """

    def __init__(self) -> None:
        self.picture: tuple[float, float] = (0, 0)
        self.pane: tuple[float, float] = (1, 1)
        self.fit: Fit = "whole"
        self.mirrored = False
        self._zoom, self._centre = 1.0, QPointF()

    @property
    def scale(self) -> float:
        """Widget pixels for one picture pixel."""
        height, width = self.picture
        if not height or not width:
            return 1.0
        across, down = self.pane[1] / width, self.pane[0] / height
        return (across if self.fit == "width" else min(across, down)) * self._zoom

    def reset(self) -> None:
        """Fit the picture again, its top in view."""
        self._zoom = 1.0
        self._centre = QPointF(self.picture[1] / 2, 0)

    def transform(self) -> QTransform:
        self._keep_inside()
        place = QTransform.fromTranslate(self.pane[1] / 2, self.pane[0] / 2)
        place.scale(-self.scale if self.mirrored else self.scale, self.scale)
        return place.translate(-self._centre.x(), -self._centre.y())

    def to_picture(self, at: QPointF) -> QPointF:
        inverse, _ = self.transform().inverted()
        return inverse.map(at)

    def zoom_by(self, factor: float, at: QPointF) -> None:
        """Zoom so that the point under the widget position `at` stays there, where the edges allow it."""
        before = self.to_picture(at)
        self._zoom = min(max(self._zoom * factor, 1.0), MOST_ZOOM)
        self._centre += before - self.to_picture(at)

    def scroll_by(self, right: float, down: float) -> None:
        """Look further right and down by widget pixels."""
        self._centre += QPointF(-right if self.mirrored else right, down) / self.scale

    def show_box(self, box: FloatBox) -> None:
        """Scroll as little as brings the box into view."""
        for axis, low, high in ((1, box[1], box[3]), (0, box[0], box[2])):
            half = self.pane[axis] / self.scale / 2
            if high - low < 2 * half:
                self._set(axis, min(max(self._get(axis), high - half), low + half))

    def seen(self, axis: int) -> tuple[float, float] | None:
        """The part of the picture in view along an axis (0 down, 1 across), in 0..1; None when all of it is."""
        length = self.picture[axis] * self.scale
        if length <= self.pane[axis] + 1:
            return None
        self._keep_inside()
        first = (self._get(axis) * self.scale - self.pane[axis] / 2) / length
        share = self.pane[axis] / length
        return (1 - first - share, 1 - first) if axis == 1 and self.mirrored else (first, first + share)

    def _keep_inside(self) -> None:
        for axis in (0, 1):
            half, length = self.pane[axis] / self.scale / 2, self.picture[axis]
            middle = length / 2 if 2 * half >= length else min(max(self._get(axis), half), length - half)
            self._set(axis, middle)

    def _get(self, axis: int) -> float:
        return self._centre.x() if axis else self._centre.y()

    def _set(self, axis: int, value: float) -> None:
        if axis:
            self._centre.setX(value)
        else:
            self._centre.setY(value)
