"""Keys reach the state, wherever the focus is, except while text is typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from deepvis_app.messages import SourceSpec, UnitRef
from deepvis_app.session import View
from deepvis_app.ui.help import HelpDialog
from deepvis_app.ui.panels.grid_view import GridView
from deepvis_app.ui.panels.search import UnitSearch
from tests.ui.mouse import click
from tests.ui.windows import Shown, click_key, no_errors

REACHED: list[tuple[str, Callable[[View], object], object]] = [
    ("N", lambda v: v.state.method, "gradient"),
    ("N N", lambda v: v.state.method, "deconv"),
    ("B", lambda v: (v.state.method, v.state.back_view), ("gradient", "raw")),
    ("M", lambda v: v.state.back_view, "gray"),
    ("A", lambda v: v.state.grid, "backward"),
    ("D", lambda v: v.state.origin, UnitRef("features.conv1", 0)),
    ("O", lambda v: v.state.layer, "features.pool1"),
    ("O O U", lambda v: v.state.layer, "features.pool1"),
    ("Right", lambda v: v.state.layer, "features.pool1"),
    ("L J", lambda v: v.state.layer, "features.conv1"),
    ("Shift+L", lambda v: v.state.layer, "features.conv5"),
    ("Down", lambda v: v.state.in_grid, True),
    ("K L", lambda v: (v.state.in_grid, v.state.unit), (True, 1)),
    ("K Shift+L", lambda v: v.state.unit, 3),
    ("K I", lambda v: v.state.in_grid, False),
    ("T", lambda v: (v.state.scale.gamma, v.state.scale.boost), (0.7, 0.0)),
    ("Shift+T", lambda v: (v.state.scale.gamma, v.state.scale.boost), (1.0, 0.3)),
    ("Z", lambda v: v.state.zoom, 1),
    ("0", lambda v: v.state.crop, "squash"),
    ("5", lambda v: v.state.debug, 1),
    ("8", lambda v: v.state.show_scores, False),
    ("8 8", lambda v: v.state.show_scores, True),
    ("9", lambda v: v.state.show_unit_pictures, False),
    ("S", lambda v: v.state.pattern, "am"),
    ("S S", lambda v: v.state.pattern, "dgn-am"),
    ("S S S", lambda v: v.state.pattern, "top"),
    ("S S S S", lambda v: v.state.pattern, ""),
    ("S A", lambda v: (v.state.pattern, v.state.grid), ("", "backward")),
    ("N O T Esc", lambda v: (v.state.method, v.state.layer, v.state.scale.gamma), ("off", "features.conv1", 1.0)),
    ("C", lambda v: v.source.spec, SourceSpec("camera", "0")),
    ("V", lambda v: v.state.overview, True),
    ("X", lambda v: v.state.show_network_input, True),
    ("Y", lambda v: v.state.heat_on_input, True),
    ("P", lambda v: v.state.palette, "signed"),
    ("R", lambda v: v.state.order, "activation"),
    ("G", lambda v: v.state.seed.kind, "max"),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "read", "wanted"), REACHED, ids=[keys for keys, _, _ in REACHED])
def test_keys_reach_the_state(
    qtbot: QtBot, keys: str, read: Callable[[View], object], wanted: object
) -> None:
    shown = Shown(qtbot)
    for key in keys.split():
        shown.press(key)
        shown.window.clock.fast_tick()
    assert read(shown.session.view) == wanted
    no_errors(shown)


@pytest.mark.parametrize(
    ("key", "action"), [("F", "toggle"), ("E", "next"), ("PgDown", "next"), ("W", "previous")]
)
def test_keys_reach_the_source(qtbot: QtBot, key: str, action: str) -> None:
    shown = Shown(qtbot)
    shown.session.open_source(SourceSpec("video", "/clip.mp4"))
    shown.window.clock.fast_tick()
    shown.press(key)
    assert [command.action for command in shown.source.commands] == [action]


def test_the_next_picture_while_on_the_camera_goes_back_to_the_files(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    folder = SourceSpec("folder", "/pictures")
    for spec in (folder, SourceSpec("camera", "0")):
        shown.session.open_source(spec)
        shown.window.clock.fast_tick()
    shown.press("E")
    assert shown.source.opened[-1] == folder
    assert not shown.source.commands


@pytest.mark.parametrize("key", ["H", "F1"])
def test_help_opens_and_closes_with_its_key(qtbot: QtBot, key: str) -> None:
    shown = Shown(qtbot)
    shown.press(key)
    assert [dialog.isVisible() for dialog in shown.window.findChildren(HelpDialog)] == [True]
    click_key(qtbot, shown.window, Qt.Key.Key_H)
    qtbot.waitUntil(lambda: not shown.window.findChildren(HelpDialog))


def test_q_closes_the_window(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    with qtbot.waitSignal(shown.window.closed, timeout=1000):
        shown.press("Q")
    assert not shown.window.isVisible()


@pytest.mark.parametrize("key", ["Ctrl+F", "/"])
def test_the_search_field_takes_letters_until_esc(qtbot: QtBot, key: str) -> None:
    shown = Shown(qtbot)
    before = shown.session.view.state
    field = shown.window.findChild(UnitSearch)
    assert field is not None
    shown.press(key)
    assert field.hasFocus()
    for letter in ("T", "N", "H", "Shift+J", "9", "Left"):
        shown.press(letter)
    assert field.text() == "tnhj9"
    assert shown.session.view.state == before
    shown.press("Esc")
    assert not field.hasFocus()
    shown.press("N")
    assert shown.session.view.state.method == "gradient"


def test_letters_work_while_a_combo_box_has_the_focus(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    box = QComboBox(shown.window.centre)
    box.addItems(["normal", "nothing"])
    box.show()
    box.setFocus()
    shown.press("N")
    assert shown.session.view.state.method == "gradient"
    assert box.currentText() == "normal"


def test_while_a_search_is_typed_letters_are_text_and_combinations_still_act(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.press("/")
    field = QApplication.focusWidget()
    assert isinstance(field, UnitSearch)
    for key in ("V", "Shift+T", "Q"):
        shown.press(key)
    assert field.text().lower() == "vtq"
    assert not shown.session.view.state.overview
    shown.press("F1")
    assert shown.window.findChildren(HelpDialog)


def test_a_click_elsewhere_gives_the_keyboard_back_to_the_keys(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.press("/")
    field = QApplication.focusWidget()
    assert isinstance(field, UnitSearch)
    for key in "BA":
        shown.press(key)
    assert not field.results.isHidden()
    click(shown.window.findChild(GridView).viewport(), 5, 5)
    assert not field.hasFocus()
    assert field.results.isHidden()
    shown.press("V")
    assert shown.session.view.state.overview


def test_a_click_on_a_result_is_no_click_elsewhere(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.press("/")
    field = QApplication.focusWidget()
    assert isinstance(field, UnitSearch)
    for key in ("B", "A", "N"):
        shown.press(key)
    row = field.results.visualItemRect(field.results.item(0))
    click(field.results.viewport(), row.center().x(), row.center().y())
    assert (shown.session.view.state.layer, shown.session.view.state.unit) == ("prob", 7)
