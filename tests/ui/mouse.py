"""Mouse and keyboard for tests: PyQt6's type stubs for QTest are wrong, so it is used untyped here only."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget

_TEST: Any = QTest
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def click(
    widget: QWidget | None,
    x: float,
    y: float,
    button: Qt.MouseButton = LEFT,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    _TEST.mouseClick(widget, button, modifier, pos=QPoint(round(x), round(y)))


def double_click(widget: QWidget | None, x: float, y: float) -> None:
    _TEST.mouseDClick(widget, LEFT, pos=QPoint(round(x), round(y)))


def hover(widget: QWidget | None, x: float, y: float) -> None:
    """Sent directly: Qt swallows a move to where the last test had left the cursor."""
    assert widget is not None
    at = QPointF(round(x), round(y))
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, widget.mapToGlobal(at), none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)


def drag(widget: QWidget | None, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Press at `start`, move in three steps to `end`, release there."""
    _TEST.mousePress(widget, LEFT, pos=QPoint(*start))
    for step in (1, 2, 3):
        at = (a + (b - a) * step // 3 for a, b in zip(start, end, strict=True))
        _TEST.mouseMove(widget, QPoint(*at))
    _TEST.mouseRelease(widget, LEFT, pos=QPoint(*end))


def type_keys(widget: QWidget | None, text: str) -> None:
    _TEST.keyClicks(widget, text)


def press_key(widget: QWidget | None, key: Qt.Key) -> None:
    _TEST.keyClick(widget, key)
