"""Finding a unit by its number, layer:number or class name."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QPoint, Qt
from PyQt6.QtGui import QFocusEvent, QKeyEvent
from PyQt6.QtWidgets import QApplication, QListWidget, QWidget

from deepvis_app.messages import UnitRef
from deepvis_app.session import Session
from deepvis_app.session.finding import find
from deepvis_app.session.intents import select
from deepvis_app.ui.panels.common import unit_name
from deepvis_app.ui.widgets.controls import TypingField

MOST = 12  # results in the list


class UnitSearch(TypingField):
    """What is typed is looked up at once; Enter or a click goes to a result, the arrows choose one."""

    def __init__(self, session: Session, host: QWidget) -> None:
        super().__init__(
            "Find unit or class", 'Find a unit: "12", "conv5:12" or a class name (key / or Ctrl+F)'
        )
        self._session, self._host = session, host
        self._hits: list[UnitRef] = []
        self.results = QListWidget(host)
        self.results.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.results.hide()
        self.results.itemClicked.connect(lambda _: self._go())
        self.textEdited.connect(self._look)
        self.returnPressed.connect(self._go)
        self.left.connect(self.results.hide)

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        super().focusInEvent(event)
        self._watch_clicks(True)
        if self.text():
            self._look(self.text())

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        super().focusOutEvent(event)
        self._watch_clicks(False)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """A click elsewhere gives the keyboard back: what is clicked there never takes it itself."""
        pressed = event is not None and event.type() == QEvent.Type.MouseButtonPress
        if pressed and isinstance(watched, QWidget) and not self._owns(watched):
            self.results.hide()
            self.clearFocus()
        return super().eventFilter(watched, event)

    def _owns(self, widget: QWidget) -> bool:
        return any(own is widget or own.isAncestorOf(widget) for own in (self, self.results))

    def _watch_clicks(self, on: bool) -> None:
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
            if on:
                app.installEventFilter(self)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0) if event is not None else 0
        if step and self._hits:
            self.results.setCurrentRow((self.results.currentRow() + step) % self.results.count())
        else:
            super().keyPressEvent(event)

    def _look(self, text: str) -> None:
        self._hits = find(self._session.view, text)[:MOST]
        self.results.clear()
        model = self._session.view.model
        self.results.addItems([unit_name(model, ref) for ref in self._hits] or ["Nothing found"])
        self.results.setCurrentRow(0 if self._hits else -1)
        self.results.setVisible(bool(text.strip()))
        self._place()

    def _go(self) -> None:
        row = self.results.currentRow()
        if 0 <= row < len(self._hits):
            select(self._session, self._hits[row])
            self.clear()
            self.clearFocus()
        self.results.setVisible(bool(self.text()))

    def _place(self) -> None:
        """Under the field, inside the host."""
        line = self.results.sizeHintForRow(0) + 1
        width = max(self.width(), self.fontMetrics().averageCharWidth() * 40)
        corner = self.mapTo(self._host, QPoint(self.width() - width, self.height() + 2))
        self.results.setGeometry(max(corner.x(), 0), corner.y(), width, line * self.results.count() + 6)
        self.results.raise_()
