"""Find a unit by number, layer:number or class name."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QDialog, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from deepvis_app.messages import UnitRef
from deepvis_app.session import Session, intents
from deepvis_app.ui.action import ActionContext

_SHOWN = 100
HINT = "A unit's number, layer:number, a layer, or (part of) a class name"


class FindDialog(QDialog):
    """Shows the hits while you type; Enter or a double click selects one."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find unit or class")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self.field = QLineEdit()
        self.field.setAccessibleName("Search text")
        self.field.setPlaceholderText("12   conv5:13   goldfish")
        self.field.setClearButtonEnabled(True)
        self.hits = QListWidget()
        self.hits.setAccessibleName("Units found")
        self._hint = QLabel(HINT)
        self._hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self.field)
        layout.addWidget(self._hint)
        layout.addWidget(self.hits)
        self.field.textChanged.connect(self._search)
        self.field.returnPressed.connect(self._choose)
        self.hits.itemActivated.connect(self._choose)
        metrics = self.fontMetrics()
        self.resize(metrics.averageCharWidth() * 60, metrics.height() * 18)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Up and down walk through the hits while the text field keeps the focus."""
        if event is not None and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            by = 1 if event.key() == Qt.Key.Key_Down else -1
            self.hits.setCurrentRow(min(max(self.hits.currentRow() + by, 0), self.hits.count() - 1))
        else:
            super().keyPressEvent(event)

    def _search(self, text: str) -> None:
        self.hits.clear()
        found = intents.find(self._session, text)
        for ref in found[:_SHOWN]:
            item = QListWidgetItem(self._describe(ref))
            item.setData(Qt.ItemDataRole.UserRole, ref)
            self.hits.addItem(item)
        self.hits.setCurrentRow(0)
        if not text.strip():
            self._hint.setText(HINT)
        elif not found:
            self._hint.setText("Nothing found. " + HINT + ".")
        else:
            more = f", the first {_SHOWN} are listed" if len(found) > _SHOWN else ""
            self._hint.setText(f"{len(found)} found{more}")

    def _describe(self, ref: UnitRef) -> str:
        model = self._session.view.model
        if model is None or not model.layer(ref.layer).is_class_layer:
            return str(ref)
        return f"{ref}   {model.label(ref.unit)}"

    def _choose(self) -> None:
        item = self.hits.currentItem()
        if item is not None:
            intents.select(self._session, item.data(Qt.ItemDataRole.UserRole))
            self.close()


def open_find(context: ActionContext) -> None:
    for dialog in context.window.findChildren(FindDialog):
        dialog.raise_()
        return
    FindDialog(context.session, context.window).show()
