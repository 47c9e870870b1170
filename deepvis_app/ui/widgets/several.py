"""Several choices of a list: a button that opens the list, in which each is ticked or not."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction, QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import QMenu, QPushButton, QWidget

_SHOWN = 3  # so many are named on the button
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class Several(QPushButton):
    """Its value are the ticked ones with commas between them.

    `default` is the value where none is ticked; with the default "all" that is also where all are.
    """

    changed = pyqtSignal()

    def __init__(self, default: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._default = default
        self.choices: tuple[tuple[str, str], ...] = ()
        self.list = _StayingMenu(self)
        self.setMenu(self.list)
        self.setAutoDefault(False)  # Enter in a field must not press it
        self._tell()

    def set_choices(self, choices: Iterable[tuple[str, str]], value: str) -> None:
        """Offer these (value and title); nothing is told."""
        self.choices = tuple(choices)
        ticked = self._all if value == "all" else value.split(",")
        self.list.clear()
        for name, title in self.choices:
            action = QAction(title, self.list)
            action.setData(name)
            action.setCheckable(True)
            action.setChecked(name in ticked)
            action.toggled.connect(self._toggled)
            self.list.addAction(action)
        self.setEnabled(bool(self.choices))
        self._tell()

    @property
    def _all(self) -> list[str]:
        return [name for name, _ in self.choices]

    @property
    def ticked(self) -> list[str]:
        return [str(action.data()) for action in self.list.actions() if action.isChecked()]

    def value(self) -> str:
        ticked = self.ticked
        everything = self._default == "all" and ticked == self._all
        return self._default if everything or not ticked else ",".join(ticked)

    def _toggled(self, _on: bool) -> None:
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        ticked = self.ticked
        if self.value() == "all":
            text = f"all {len(self.choices)}"
        elif not ticked:
            text = "not chosen" if self.choices else "none to choose"
        else:
            text = ", ".join(ticked) if len(ticked) <= _SHOWN else f"{len(ticked)} of {len(self.choices)}"
        self.setText(text)


class _StayingMenu(QMenu):
    """Stays open while entries are ticked: several are to be chosen."""

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        action = self.actionAt(event.pos()) if event is not None else None
        if action is None:
            super().mouseReleaseEvent(event)
        else:
            action.trigger()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        action = self.activeAction()
        if event is None or action is None or event.key() not in _KEYS:
            super().keyPressEvent(event)
        else:
            action.trigger()
