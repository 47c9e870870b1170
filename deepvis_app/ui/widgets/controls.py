"""Small controls that never take the keyboard: its keys belong to the window's actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PyQt6.QtCore import QEvent, QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

_SHIFT = Qt.KeyboardModifier.ShiftModifier
Choice = tuple[object, str, str]  # key, title, tooltip


class Chooser(QComboBox):
    """A drop-down list of (key, title, tooltip); `choose` is called with the key that a person picked."""

    def __init__(self, tooltip: str, choices: Iterable[Choice], choose: Callable[[Any], object]) -> None:
        super().__init__()
        self._choices: tuple[Choice, ...] = ()
        self._choose = choose
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_choices(choices)
        self.activated.connect(lambda place: self._choose(self._choices[place][0]))

    def set_choices(self, choices: Iterable[Choice]) -> None:
        choices = tuple(choices)
        if choices == self._choices:
            return
        self._choices = choices
        with QSignalBlocker(self):
            self.clear()
            for place, (_, title, tooltip) in enumerate(choices):
                self.addItem(title)
                self.setItemData(place, tooltip, Qt.ItemDataRole.ToolTipRole)

    def show_key(self, key: object) -> None:
        """Show a choice without calling `choose`; a key that is not in the list shows nothing."""
        place = next((i for i, choice in enumerate(self._choices) if choice[0] == key), -1)
        if place != self.currentIndex():
            with QSignalBlocker(self):
                self.setCurrentIndex(place)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), self.fontMetrics().averageCharWidth() * 10), hint.height())


class ElidedLabel(QLabel):
    """One line, cut off with ... at its end or in the middle where there is no room; its tooltip has all of it.

    `colon`: what stands before a colon is a short form of the whole, and shown where the whole has no room.
    """

    def __init__(
        self, text: str = "", muted: bool = False, keep_end: bool = False, colon: bool = False
    ) -> None:
        super().__init__(text)
        self._colon = colon
        self._mode = Qt.TextElideMode.ElideMiddle if keep_end else Qt.TextElideMode.ElideRight
        self._role = QPalette.ColorRole.PlaceholderText if muted else QPalette.ColorRole.WindowText
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
            self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self._role))
        flags = int(Qt.AlignmentFlag.AlignVCenter | self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask)
        painter.drawText(self.rect(), flags, self.shown(self.width()))
        painter.end()

    def shown(self, width: int) -> str:
        """What there is room for in so many pixels."""
        metrics, text = self.fontMetrics(), self.text()
        cut = metrics.elidedText(text, self._mode, width)
        if self._colon and cut != text:
            return metrics.elidedText(text.partition(":")[0], self._mode, width)
        return cut


class TypingField(QLineEdit):
    """A text field that takes the keyboard only when clicked, keeps every key while it has it, and gives it
    back on Esc.
    """

    left = pyqtSignal()  # Esc was pressed

    def __init__(self, hint: str, tooltip: str) -> None:
        super().__init__()
        self.setPlaceholderText(hint)
        self.setToolTip(tooltip)
        self.setClearButtonEnabled(True)
        self.setAcceptDrops(False)  # files are dropped on the window, wherever that is
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def event(self, event: QEvent | None) -> bool:
        is_shortcut = event is not None and event.type() == QEvent.Type.ShortcutOverride
        if is_shortcut and isinstance(event, QKeyEvent) and _is_typed(event):
            event.accept()  # else the window's single-letter keys would act
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        super().keyPressEvent(event)
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.clearFocus()
            self.left.emit()


def _is_typed(event: QKeyEvent) -> bool:
    """Whether a key belongs to a text field: neither a function key nor one with Ctrl, Alt or Meta."""
    with_modifier = event.modifiers() & ~(_SHIFT | Qt.KeyboardModifier.KeypadModifier)
    return not with_modifier and not Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35


def heading(text: str) -> QLabel:
    """The title of a pane."""
    label = QLabel(text)
    font = QFont(label.font())
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return label


def row(*widgets: QWidget, gap: int = 4) -> QHBoxLayout:
    """Widgets side by side without outer margins."""
    line = QHBoxLayout()
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(gap)
    for widget in widgets:
        line.addWidget(widget)
    return line
