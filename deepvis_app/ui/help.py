"""The help page: made from the ACTIONS table, so that it is never out of date."""

from __future__ import annotations

from html import escape

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from deepvis_app.ui.action import Action, ActionContext, Submenu
from deepvis_app.ui.errors import log_folder

_MOUSE = (
    ("Click a layer, a tile", "select it"),
    ("Shift and click a second tile", "paint both units together; once more, or Esc, takes the mark away"),
    ("Point at a tile", "its value, and its receptive field in the input"),
    (
        "Point at a picture of the unit",
        "where it comes from and what made it; its partner in the nine is framed",
    ),
    ("Click a picture of the unit", "full size; arrow keys go on"),
    ("Double click a real patch", "its whole image in the live view"),
    ("Click in the unit's map", "start the backward pass from that position"),
    ("Wheel, drag", "zoom and move a picture; double click: all of it"),
    ("Drop a file, folder, address or picture", "open it"),
)


class HelpDialog(QDialog):
    """Keys and actions, grouped as in the menus; h or Esc closes it."""

    def __init__(self, html: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and actions")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.page = QTextBrowser()
        self.page.setHtml(html)
        self.page.setAccessibleName("Keys and actions")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addWidget(self.page)
        layout.addWidget(buttons)
        QShortcut(QKeySequence("H"), self, self.close)
        metrics = self.fontMetrics()
        self.resize(metrics.averageCharWidth() * 125, metrics.height() * 42)


def toggle_help(context: ActionContext) -> None:
    """Open the page, or close it."""
    for dialog in context.window.findChildren(HelpDialog):
        dialog.close()
        return
    from deepvis_app.ui.actions import ACTIONS  # the table holds this function

    HelpDialog(help_html(list(ACTIONS.values())), context.window).show()


def open_log(context: ActionContext) -> None:
    """Show the folder with the log in the desktop's file manager."""
    folder = log_folder()
    if not folder.is_dir() or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        context.session.say(f"The log lies in {folder}.")


def help_html(entries: list[Action | Submenu]) -> str:
    """All entries in tables, one for each menu."""
    menus = list(dict.fromkeys(entry.menu for entry in entries))
    tables = [_table(menu, [_row(entry) for entry in entries if entry.menu == menu]) for menu in menus]
    mouse = _table("Mouse", [("", what, does) for what, does in _MOUSE])
    return "".join([*tables, mouse])


def shown_keys(keys: tuple[str, ...]) -> str:
    """Keys as a person reads them: "t" and "T", not "T" and "Shift+T"."""
    return ", ".join(_shown(key) for key in keys)


def _shown(key: str) -> str:
    letter = key.removeprefix("Shift+")
    if len(letter) == 1 and letter.isalpha():
        return letter if key != letter else letter.lower()
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _row(entry: Action | Submenu) -> tuple[str, str, str]:
    return (shown_keys(entry.keys) if isinstance(entry, Action) else "", entry.text, entry.help)


def _table(title: str, rows: list[tuple[str, str, str]]) -> str:
    cells = "".join(
        f'<tr><td width="19%"><b>{escape(keys)}</b></td><td width="28%">{escape(text)}</td>'
        f'<td width="53%">{escape(help_)}</td></tr>'
        for keys, text, help_ in rows
    )
    return f'<h3>{escape(title)}</h3><table width="100%" cellpadding="2" cellspacing="0">{cells}</table>'
