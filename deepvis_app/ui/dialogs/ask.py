"""Asking for a file, a folder or a line of text, without stopping the pictures meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QInputDialog, QWidget


def ask_open(
    parent: QWidget, title: str, filters: str, folder: str, done: Callable[[str], None]
) -> QFileDialog:
    """One existing file."""
    dialog = QFileDialog(parent, title, folder, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _opened(dialog, done)


def ask_folder(parent: QWidget, title: str, folder: str, done: Callable[[str], None]) -> QFileDialog:
    """One existing folder."""
    dialog = QFileDialog(parent, title, folder)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return _opened(dialog, done)


def ask_save(parent: QWidget, title: str, suggested: Path, done: Callable[[str], None]) -> QFileDialog:
    """A path for a new PNG file; asks before an old one is replaced."""
    dialog = QFileDialog(parent, title, str(suggested.parent), "PNG pictures (*.png)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("png")
    dialog.selectFile(suggested.name)
    return _opened(dialog, done)


def ask_text(parent: QWidget, title: str, label: str, done: Callable[[str], None]) -> QInputDialog:
    """One line of text."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.setLabelText(label)
    dialog.resize(dialog.fontMetrics().averageCharWidth() * 70, dialog.sizeHint().height())
    dialog.textValueSelected.connect(done)
    dialog.open()
    return dialog


def _opened(dialog: QFileDialog, done: Callable[[str], None]) -> QFileDialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(done)
    dialog.open()
    return dialog
