"""A row of small labels to choose from: two lines when that is enough, else one line that scrolls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QToolTip, QWidget

LINES = 2
_GAP = 3
_EDGE = 14  # pixels at an end that has more: drawn as an arrow, a click scrolls


@dataclass(frozen=True)
class Chip:
    """One label; a disabled one says in its tooltip why."""

    key: str
    text: str
    tooltip: str = ""
    enabled: bool = True


class ChipRow(QWidget):
    """Chips with one selected and one marked; the wheel scrolls when they need more than two lines."""

    chosen = pyqtSignal(str)

    def __init__(self, cursor: QColor, marked: QColor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: tuple[Chip, ...] = ()
        self._boxes: list[QRectF] = []  # before scrolling
        self._state = ("", "", False)  # selected, marked, whether the keyboard is here
        self._cursor_colour, self._marked_colour = cursor, marked
        self._offset = 0.0
        self._hovered = -1
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_chips(self, chips: Sequence[Chip]) -> None:
        self._chips, self._offset = tuple(chips), 0.0
        self._lay_out()
        self._bring_into_view()  # the selection may be known before the chips are
        self.updateGeometry()
        self.update()

    def show_state(self, selected: str, marked: str, keyboard_here: bool) -> None:
        state = (selected, marked, keyboard_here)
        if state != self._state:
            moved = selected != self._state[0]
            self._state = state
            if moved:
                self._bring_into_view()
            self.update()

    # ---- geometry ----

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 60, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._line())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        lines = len(self._broken(width))
        return lines * self._line() + (lines - 1) * _GAP

    def box_of(self, key: str) -> QRectF | None:
        """Where a chip is in the widget now."""
        for chip, box in zip(self._chips, self._boxes, strict=True):
            if chip.key == key:
                return box.translated(-self._offset, 0)
        return None

    def resizeEvent(self, _event: QResizeEvent | None) -> None:
        self._lay_out()
        self._bring_into_view()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._lay_out()

    def _line(self) -> int:
        return self.fontMetrics().height() + 8

    def _broken(self, width: int) -> list[list[int]]:
        """The chips' widths by lines; a single line when LINES are not enough."""
        metrics = self.fontMetrics()
        widths = [metrics.horizontalAdvance(chip.text) + 14 for chip in self._chips]
        lines: list[list[int]] = [[]]
        room = width
        for chip in widths:
            if lines[-1] and chip > room:
                lines.append([])
                room = width
            lines[-1].append(chip)
            room -= chip + _GAP
        return lines if len(lines) <= LINES else [widths]

    def _lay_out(self) -> None:
        self._boxes = []
        for place, line in enumerate(self._broken(self.width())):
            x, y = 0.0, place * (self._line() + _GAP)
            for width in line:
                self._boxes.append(QRectF(x, y, width, self._line()))
                x += width + _GAP
        self._scroll(0)

    def _furthest(self) -> float:
        length = max((box.right() for box in self._boxes), default=0.0)
        return max(length - self.width(), 0.0)

    def _scroll(self, by: float) -> None:
        self._offset = min(max(self._offset + by, 0.0), self._furthest())
        self.update()

    def _bring_into_view(self) -> None:
        box = self.box_of(self._state[0])
        if box is not None and box.left() < _EDGE:
            self._scroll(box.left() - 3 * _EDGE)
        elif box is not None and box.right() > self.width() - _EDGE:
            self._scroll(box.right() - self.width() + 3 * _EDGE)

    # ---- the mouse ----

    def _chip_at(self, at: QPointF) -> int:
        shifted = QPointF(at.x() + self._offset, at.y())
        return next((i for i, box in enumerate(self._boxes) if box.contains(shifted)), -1)

    def _edge_at(self, at: QPointF) -> int:
        """-1 or 1 over the arrow of an end that has more, else 0."""
        if at.x() < _EDGE and self._offset > 0:
            return -1
        return 1 if at.x() > self.width() - _EDGE and self._offset < self._furthest() else 0

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        edge, place = self._edge_at(event.position()), self._chip_at(event.position())
        if edge:
            self._scroll(edge * self.width() * 0.6)
        elif place >= 0 and self._chips[place].enabled:
            self.chosen.emit(self._chips[place].key)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        place = self._chip_at(event.position()) if event is not None else -1
        if place != self._hovered:
            self._hovered = place
            self.update()

    def leaveEvent(self, _event: QEvent | None) -> None:
        self._hovered = -1
        self.update()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        if event is not None and self._furthest():
            delta = event.angleDelta()
            self._scroll(-(delta.x() or delta.y()) / 2)
            event.accept()

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent):
            place = self._chip_at(QPointF(event.pos()))
            if place >= 0:
                QToolTip.showText(event.globalPos(), self._chips[place].tooltip, self)
                return True
        return super().event(event)

    # ---- drawing ----

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, (chip, box) in enumerate(zip(self._chips, self._boxes, strict=True)):
            shown = box.translated(-self._offset, 0)
            if shown.right() > 0 and shown.left() < self.width():
                self._draw(painter, chip, shown, place == self._hovered)
        for side, more in ((-1, self._offset > 0), (1, self._offset < self._furthest() - 0.5)):
            if more:
                self._draw_arrow(painter, side)
        painter.end()

    def _draw(self, painter: QPainter, chip: Chip, box: QRectF, hovered: bool) -> None:
        selected, marked, keyboard_here = self._state
        palette = self.palette()
        text = QColor(palette.color(QPalette.ColorRole.WindowText))
        ground, line = QColor(text), QColor(text)
        ground.setAlphaF(0.14 if hovered and chip.enabled else 0.07)
        line.setAlphaF(0.0)
        if chip.key == selected:
            ground = QColor(palette.color(QPalette.ColorRole.Highlight))
            text = QColor(palette.color(QPalette.ColorRole.HighlightedText))
            line = self._cursor_colour if keyboard_here else line
        if chip.key == marked:
            line = self._marked_colour
        if not chip.enabled:
            text.setAlphaF(0.35)
            ground.setAlphaF(0.0)
        painter.setBrush(ground)
        painter.setPen(QPen(line, 2))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 4, 4)
        painter.setPen(text)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), chip.text)

    def _draw_arrow(self, painter: QPainter, side: int) -> None:
        left = 0.0 if side < 0 else self.width() - _EDGE
        box = QRectF(left, 0, _EDGE, self._line())
        painter.fillRect(box, self.palette().color(QPalette.ColorRole.Window))
        middle = box.center()
        tip, back = middle.x() + side * 3, middle.x() - side * 3
        points = [QPointF(tip, middle.y()), QPointF(back, middle.y() - 5), QPointF(back, middle.y() + 5)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawPolygon(QPolygonF(points))
