"""The ACTIONS table: complete, without clashes, and every entry works with and without a model."""

from __future__ import annotations

from collections import Counter

import pytest
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from deepvis_app.ui.action import Action, Submenu
from deepvis_app.ui.actions import ACTIONS, MENUS
from tests.ui.windows import Shown, no_errors

# Reference: bindings.py of the 2015 toolbox.
KEYS_OF_2015 = (
    "H", "Q", "5", "C", "F", "E", "PgDown", "W", "PgUp", "0", "Left", "Right", "Up", "Down", "I", "J", "K", "L",
    "Shift+I", "Shift+J", "Shift+K", "Shift+L", "U", "O", "Z", "S", "B", "N", "M", "A", "D", "T", "Shift+T", "8",
    "9", "Esc",
)  # fmt: skip


def keys_of_the_table() -> list[str]:
    return [key for entry in ACTIONS.values() if isinstance(entry, Action) for key in entry.keys]


@pytest.mark.parametrize("key", KEYS_OF_2015)
def test_every_key_of_2015_is_bound(key: str) -> None:
    assert key in keys_of_the_table()


def test_no_key_is_bound_twice() -> None:
    counted = Counter(QKeySequence(key).toString() for key in keys_of_the_table())
    assert [key for key, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("tag", ACTIONS)
def test_every_entry_is_well_formed(tag: str) -> None:
    entry = ACTIONS[tag]
    assert entry.tag == tag
    assert entry.menu in MENUS
    assert entry.text
    assert entry.help
    assert not entry.help.endswith(".")
    if isinstance(entry, Action):
        assert all(not QKeySequence(key).isEmpty() for key in entry.keys)


@pytest.mark.parametrize("with_model", [True, False], ids=["model", "no_model"])
@pytest.mark.parametrize("tag", [tag for tag in ACTIONS if tag != "log"])
def test_every_entry_works(qtbot: QtBot, tag: str, with_model: bool) -> None:
    """Triggered twice, there and back; the window shows the outcome without an exception."""
    shown = Shown(qtbot, with_model)
    entry = ACTIONS[tag]
    for _ in range(2):
        if isinstance(entry, Submenu):
            menu = shown.window.findChild(QMenu, tag)
            assert menu is not None
            menu.aboutToShow.emit()
            for action in menu.actions():
                action.trigger()
        else:
            found = shown.window.findChild(QAction, tag)
            assert found is not None
            found.trigger()
        shown.window.clock.fast_tick()
        shown.window.clock.slow_tick()
    no_errors(shown)


def test_every_action_has_a_menu_entry_with_a_tooltip(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    bar = shown.window.menuBar()
    assert bar is not None
    in_menus = {action.text(): action for top in bar.actions() for action in _menu(top).actions()}
    for entry in ACTIONS.values():
        assert in_menus[entry.text].toolTip().startswith(entry.help)


def _menu(action: QAction) -> QMenu:
    menu: QMenu | None = action.menu()
    assert menu is not None
    return menu
