"""Ask before a remembered python file runs again."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QMessageBox, QWidget


def ask(parent: QWidget, name: str, allowed: Callable[[bool], None]) -> QMessageBox:
    """Show the question and return at once; `allowed(always)` is called when the person says yes."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Run this file again?")
    box.setText(f"The network used last time is Python code:\n{name.removeprefix('file:')}")
    box.setInformativeText("Loading it runs that code. The bundled network is running for now.")
    always = QCheckBox("Do not ask again while the file is unchanged")
    box.setCheckBox(always)
    box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
    box.setDefaultButton(QMessageBox.StandardButton.No)

    def answered(button: int) -> None:
        if button == QMessageBox.StandardButton.Yes.value:
            allowed(always.isChecked())

    box.finished.connect(answered)
    box.open()
    return box
