"""What one job has said."""

from __future__ import annotations

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QDesktopServices, QFontDatabase, QTextCursor
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from deepvis_app.jobs import JobQueue
from deepvis_app.ui.dialogs.job_form import command_line

NOTHING = "It has said nothing yet."


class JobLog(QDialog):
    """The command and the last lines; follows the job while it runs."""

    def __init__(self, queue: JobQueue, key: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._queue, self._key = queue, key
        job = next(job for job in queue.jobs if job.key == key)
        self._head = command_line(job.spec.words)
        self.setWindowTitle(f"Log: {job.spec.title}")
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Log")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        folder = buttons.addButton("Show files", QDialogButtonBox.ButtonRole.ActionRole)
        assert folder is not None  # just made
        folder.setToolTip(f"The log files lie in {queue.folder}")
        folder.clicked.connect(self._show_files)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(buttons)
        metrics = self.fontMetrics()
        self.resize(metrics.averageCharWidth() * 100, metrics.height() * 24)
        self.refresh()

    def refresh(self) -> None:
        """Show what is new, at the end; a person who has scrolled up stays there. A removed job stays as it was."""
        try:
            lines = self._queue.log(self._key)
        except KeyError:
            return
        told = "\n".join((f"$ {self._head}", "", *(lines or (NOTHING,))))
        if told == self.text.toPlainText():
            return
        bar = self.text.verticalScrollBar()
        at = bar.value() if bar is not None and bar.value() < bar.maximum() else None
        self.text.setPlainText(told)
        if at is None:
            self.text.moveCursor(QTextCursor.MoveOperation.End)
        elif bar is not None:
            bar.setValue(at)

    def _show_files(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._queue.folder)))
