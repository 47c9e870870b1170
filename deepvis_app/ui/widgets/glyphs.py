"""Buttons with drawn signs (play, pause, ...) in the theme's own text colour."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QPainter, QPainterPath, QPaintEvent, QPalette, QPolygonF
from PyQt6.QtWidgets import QStyle, QStyleOptionToolButton, QStylePainter, QToolButton

from deepvis_app.ui.widgets.controls import own_state

_SIDE = 10.0  # the signs are drawn in a square of this side


def _triangle(left: float, right: float) -> QPolygonF:
    return QPolygonF([QPointF(left, 1), QPointF(right, 5), QPointF(left, 9), QPointF(left, 1)])


def _path(sign: str) -> QPainterPath:
    path = QPainterPath()
    if sign == "play":
        path.addPolygon(_triangle(2, 9))
    elif sign == "pause":
        path.addRect(QRectF(2, 1, 2.2, 8))
        path.addRect(QRectF(5.8, 1, 2.2, 8))
    elif sign == "next":
        path.addPolygon(_triangle(1.5, 7))
        path.addRect(QRectF(7, 1, 1.6, 8))
    elif sign == "previous":
        path.addPolygon(_triangle(8.5, 3))
        path.addRect(QRectF(1.4, 1, 1.6, 8))
    elif sign == "loop":
        path.arcMoveTo(QRectF(1.5, 1.5, 7, 7), 50)
        path.arcTo(QRectF(1.5, 1.5, 7, 7), 50, 300)
        path.moveTo(5.2, 0.6)
        path.lineTo(7.7, 2.4)
        path.lineTo(5.0, 4.2)
    else:
        raise ValueError(f"no sign is called {sign!r}")
    return path


class GlyphButton(QToolButton):
    """A flat button with a sign: play, pause, next, previous or loop."""

    def __init__(self, sign: str, tooltip: str, press: Callable[[], object], checkable: bool = False) -> None:
        super().__init__()
        self._sign, self._path = sign, _path(sign)
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)
        self.setCheckable(checkable)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        own_state(self, press)

    def set_sign(self, sign: str) -> None:
        if sign != self._sign:
            self._sign, self._path = sign, _path(sign)
            self.update()

    @property
    def sign(self) -> str:
        return self._sign

    def sizeHint(self) -> QSize:
        side = self.fontMetrics().height() + 8
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        group = QPalette.ColorGroup.Normal if self.isEnabled() else QPalette.ColorGroup.Disabled
        colour = self.palette().color(group, QPalette.ColorRole.ButtonText)
        scale = self.fontMetrics().height() * 0.72 / _SIDE
        painter.translate(self.width() / 2, self.height() / 2)
        painter.scale(scale, scale)
        painter.translate(-_SIDE / 2, -_SIDE / 2)
        if self._sign == "loop":
            pen = painter.pen()
            pen.setColor(colour)
            pen.setWidthF(1.3)
            painter.strokePath(self._path, pen)
        else:
            painter.fillPath(self._path, colour)
        painter.end()
