"""The help page holds every action."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepvis_app.ui.action import Action
from deepvis_app.ui.actions import ACTIONS
from deepvis_app.ui.errors import log_folder
from deepvis_app.ui.help import HelpDialog, shown_keys
from tests.ui.windows import Shown, click_key


def test_the_page_names_every_action_with_its_keys_and_help(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.press("H")
    dialog = shown.window.findChild(HelpDialog)
    assert dialog is not None
    page = dialog.page.toPlainText()
    for entry in ACTIONS.values():
        assert entry.text in page
        assert entry.help in page
        if isinstance(entry, Action):
            assert shown_keys(entry.keys) in page


@pytest.mark.parametrize("key", [Qt.Key.Key_H, Qt.Key.Key_Escape])
def test_h_and_esc_close_the_page(qtbot: QtBot, key: Qt.Key) -> None:
    shown = Shown(qtbot)
    shown.press("H")
    dialog = shown.window.findChild(HelpDialog)
    assert dialog is not None
    dialog.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
    click_key(qtbot, dialog.page, key)
    qtbot.waitUntil(lambda: not shown.window.findChildren(HelpDialog))


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (("T",), "t"),
        (("Shift+T",), "T"),
        (("Left", "J"), "Left, j"),
        (("8",), "8"),
        (("Ctrl+F", "/"), "Ctrl+F, /"),
    ],
)
def test_keys_are_shown_as_one_reads_them(qtbot: QtBot, keys: tuple[str, ...], shown: str) -> None:
    assert shown_keys(keys) == shown


def test_where_no_file_manager_opens_the_log_folder_is_told(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Shown(qtbot)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: False)
    shown.window.menus.actions["log"].trigger()
    assert str(log_folder()) in shown.session.view.notice
