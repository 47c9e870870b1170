"""Single letters are shortcuts everywhere, except where a person is typing text."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_MODIFIERS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)
_TEXT_COMMANDS = (Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_X, Qt.Key.Key_A, Qt.Key.Key_Z)


def is_text_field(widget: QWidget | None) -> bool:
    """Whether keys pressed in the widget are text."""
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    if isinstance(widget, (QTextEdit, QPlainTextEdit)):
        return not widget.isReadOnly()
    return isinstance(widget, (QLineEdit, QAbstractSpinBox))


class KeyGuard(QObject):
    """An event filter of the application: text fields of `window` keep their keys; Esc leaves the field."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        focus = QApplication.focusWidget()
        if focus is None or focus.window() is not self._window or not is_text_field(focus):
            return False
        if event.type() == QEvent.Type.ShortcutOverride and _is_typing(event):
            event.accept()  # then Qt looks for no shortcut and the field gets the key
            return True
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape and watched is focus:
            focus.clearFocus()
            return True
        return False


def _is_typing(event: QKeyEvent) -> bool:
    return not (event.modifiers() & _MODIFIERS) or event.key() in _TEXT_COMMANDS
