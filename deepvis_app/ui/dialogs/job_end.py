"""What becomes of the jobs when the window is closed."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMessageBox, QWidget

KEEP, STOP = "Keep running", "Stop them"


def ask(parent: QWidget, running: str, waiting: bool, answer: Callable[[bool], None]) -> QMessageBox:
    """Show the question and return at once; `answer(keep)` is called unless the person cancels.

    `running` says what runs, `waiting` whether others wait for their turn.
    """
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Jobs are running")
    box.setText(running)
    waits = " What waits for its turn is offered there." if waiting else ""
    box.setInformativeText(
        f"Kept running, they go on without the window, and the next window shows them again.{waits} "
        "Stopped, they keep what is finished, and can be run again."
    )
    keep = box.addButton(KEEP, QMessageBox.ButtonRole.AcceptRole)
    stop = box.addButton(STOP, QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(keep)

    def answered() -> None:
        if box.clickedButton() in (keep, stop):
            answer(box.clickedButton() is keep)

    box.finished.connect(answered)
    box.open()
    return box
