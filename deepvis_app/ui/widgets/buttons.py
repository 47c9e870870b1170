"""Flat buttons with words or drawn signs, the same in every theme; they never take the keyboard."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPalette, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QToolButton

_SIDE = 10.0  # the signs are drawn in a square of this side


class FlatButton(QToolButton):
    """A button with words. A checkable one shows a state that its owner sets: a click only calls `press`."""

    def __init__(self, text: str, tooltip: str, press: Callable[[], object], checkable: bool = False) -> None:
        super().__init__()
        self._press = press
        self.setText(text)
        self.setToolTip(tooltip)
        self.setAccessibleName(text or tooltip)
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._pressed)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 14, metrics.height() + 8)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        group = QPalette.ColorGroup.Normal if self.isEnabled() else QPalette.ColorGroup.Disabled
        text = QColor(palette.color(group, QPalette.ColorRole.WindowText))
        ground, line = QColor(text), QColor(text)
        ground.setAlphaF(0.20 if self.isDown() else 0.13 if self.underMouse() and self.isEnabled() else 0.06)
        line.setAlphaF(0.16)
        if self.isChecked():
            ground = line = palette.color(group, QPalette.ColorRole.Highlight)
            text = palette.color(group, QPalette.ColorRole.HighlightedText)
        painter.setPen(QPen(line, 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        self.draw_sign(painter, text)
        painter.end()

    def draw_sign(self, painter: QPainter, colour: QColor) -> None:
        """Draw what stands on the button."""
        painter.setPen(colour)
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.text())

    def _pressed(self) -> None:
        if self.isCheckable():
            self.setChecked(not self.isChecked())
        self._press()


class SignButton(FlatButton):
    """A button with a sign: play, pause, next, previous or loop."""

    def __init__(self, sign: str, tooltip: str, press: Callable[[], object], checkable: bool = False) -> None:
        super().__init__("", tooltip, press, checkable)
        self._sign, self._path = sign, _path(sign)

    @property
    def sign(self) -> str:
        return self._sign

    def set_sign(self, sign: str) -> None:
        if sign != self._sign:
            self._sign, self._path = sign, _path(sign)
            self.update()

    def sizeHint(self) -> QSize:
        side = self.fontMetrics().height() + 8
        return QSize(side, side)

    def draw_sign(self, painter: QPainter, colour: QColor) -> None:
        scale = self.fontMetrics().height() * 0.72 / _SIDE
        painter.translate(self.width() / 2, self.height() / 2)
        painter.scale(scale, scale)
        painter.translate(-_SIDE / 2, -_SIDE / 2)
        if self._sign == "loop":
            painter.strokePath(self._path, QPen(colour, 1.3))
        else:
            painter.fillPath(self._path, colour)


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
