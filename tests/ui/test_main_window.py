"""The window as a whole: what it remembers, shows and lets go of."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QApplication, QDialog, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from deepvis_app.files import config_folder
from deepvis_app.messages import ModelChoice, SourceStatus
from deepvis_app.ui.window_state import FILE
from tests.ui.windows import Shown


def test_every_visible_panel_is_shown_the_view(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    seen: list[str] = []
    for name, panel in shown.window.panels.items():
        panel.show_view = lambda _view, name=name: seen.append(name)  # type: ignore[method-assign, misc]
    shown.session.change(unit=5)
    shown.window.clock.fast_tick()
    assert seen == [name for name, panel in shown.window.panels.items() if panel.isVisible()]
    assert seen


def test_the_title_names_model_and_source(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.source.now = SourceStatus("running", title="disc.png")
    shown.window.clock.fast_tick()
    assert shown.window.windowTitle() == "canned - disc.png - DeepVis"


def test_a_notice_is_shown_and_can_be_dismissed(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    assert shown.window.banner.text == ""
    shown.session.say("That file is not a picture.")
    shown.window.clock.fast_tick()
    assert shown.window.banner.text == "That file is not a picture."
    shown.window.banner.dismiss()
    shown.session.change(unit=2)
    shown.window.clock.fast_tick()
    assert shown.window.banner.text == ""


def test_a_notice_goes_away_by_itself(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepvis_app.ui.banner.NOTICE_S", -1.0)
    shown = Shown(qtbot)
    shown.session.say("gone soon")
    shown.window.clock.fast_tick()
    shown.window.clock.slow_tick()
    assert shown.window.banner.text == ""


def test_the_next_window_looks_like_the_last(qtbot: QtBot) -> None:
    """Without the right column, so that the window fits on the small screen of the tests."""
    first = Shown(qtbot)
    first.window.toggle_pane("input")
    first.session.change(show_scores=False, show_unit_pictures=False)
    first.window.clock.fast_tick()
    first.window.theme.choose("dark")

    def narrow() -> bool:
        first.window.resize(720, 620)
        return first.window.width() == 720

    qtbot.waitUntil(narrow)  # the smallest size follows the panes with the next events
    first.window.centre.splitters["columns"].setSizes([230, 480, 0])
    sizes = first.window.centre.splitters["columns"].sizes()
    first.window.close()
    second = Shown(qtbot)
    assert (second.window.width(), second.window.height()) == (720, 620)
    assert second.window.theme.choice == "dark"
    assert not second.window.centre.is_shown("input")
    state = second.session.view.state
    assert (state.show_scores, state.show_unit_pictures) == (False, False)
    assert second.window.centre.splitters["columns"].sizes() == sizes


@pytest.mark.parametrize(
    "content", [b"", b"[window]\nsize=a, b\nhidden=nowhere\ngeometry=7\n", b"\x00\xff]["]
)
def test_a_damaged_memory_gives_the_defaults(qtbot: QtBot, content: bytes) -> None:
    config_folder().mkdir(parents=True)
    (config_folder() / FILE).write_bytes(content)
    shown = Shown(qtbot)
    assert shown.window.size() == Shown(qtbot).window.size()
    assert (config_folder() / FILE).read_bytes() == content
    assert all(shown.window.centre.is_shown(name) for name in shown.window.panels)


def test_a_pane_hidden_by_its_key_comes_back(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    for expected in (False, True):
        shown.press("8")
        shown.window.clock.fast_tick()
        assert shown.window.panels["scores"].isVisible() is expected


def test_a_column_without_panes_gives_its_room_away(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    right = shown.window.centre.splitters["right"]
    names = [name for name, pane in shown.window.panels.items() if right.isAncestorOf(pane)]
    for name in names:
        shown.window.toggle_pane(name)
    shown.window.clock.fast_tick()
    assert not right.isVisible()
    shown.window.toggle_pane(names[0])
    shown.window.clock.fast_tick()
    assert right.isVisible()


def test_closing_closes_the_dialogs_and_says_so_once(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.window.menus.actions["model"].trigger()
    closed: list[None] = []
    shown.window.closed.connect(lambda: closed.append(None))
    shown.window.close()
    shown.window.close()
    assert closed == [None]
    assert not [d for d in shown.window.findChildren(QDialog) if d.isVisible()]


def test_full_screen_and_back(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.press("F11")
    assert shown.window.isFullScreen()
    shown.press("F11")
    assert not shown.window.isFullScreen()


def test_ticks_follow_the_state_however_it_changed(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    action = shown.window.menus.actions["mirror"]
    assert not action.isChecked()
    shown.session.change(mirror=True)
    shown.window.clock.fast_tick()
    assert action.isChecked()
    action.trigger()
    assert not shown.session.view.state.mirror
    assert not action.isChecked()


def test_the_list_of_cameras_is_made_only_when_its_menu_opens(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    assert shown.asked.calls == []
    menu = shown.window.findChild(QMenu, "cameras")
    assert menu is not None
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["Front camera", "Microscope"]
    menu.actions()[1].trigger()
    assert [(spec.kind, spec.target) for spec in shown.source.opened] == [("camera", "2")]


def test_the_device_can_be_changed(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    menu = shown.window.findChild(QMenu, "device")
    assert menu is not None
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["auto (now cpu)", "cpu", "cuda"]
    menu.actions()[2].trigger()
    assert shown.compute.choices == [ModelChoice("canned", device="cuda")]


def test_buttons_have_names_and_tooltips(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    buttons = shown.window.menus.toolbar.findChildren(QToolButton)
    named = [button for button in buttons if button.defaultAction() is not None]
    assert len(named) > 5
    for button in named:
        assert button.accessibleName()
        assert button.toolTip()


def drop(shown: Shown, mime: QMimeData) -> bool:
    """Drop on the middle of the window; whether it was taken."""
    place, action = QPoint(300, 300), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, action, mime, left, none)
    QApplication.sendEvent(shown.window, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(place), action, mime, left, none)
    event.ignore()
    QApplication.sendEvent(shown.window, event)
    return event.isAccepted()


def test_a_dropped_file_is_opened(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/pictures/a cat.jpg")])
    assert drop(shown, mime)
    assert shown.asked.paths == ["/pictures/a cat.jpg"]


def test_what_cannot_be_opened_is_not_taken(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    mime = QMimeData()
    mime.setData("application/x-unknown", b"123")
    assert not drop(shown, mime)
    assert shown.asked.paths == []


def test_a_long_notice_is_as_high_as_its_lines_and_moves_nothing(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    before = shown.window.panels["layer_grid"].geometry()
    shown.session.say("short")
    shown.window.clock.fast_tick()
    qtbot.wait(20)
    one_line = shown.window.banner.height()
    shown.session.say("This sentence goes on and on and says the same again. " * 8)
    shown.window.clock.fast_tick()
    qtbot.waitUntil(lambda: shown.window.banner.height() > one_line)
    line = shown.window.fontMetrics().height()
    parts = shown.window.banner.findChildren(QWidget)
    assert all(
        part.height() >= line and part.geometry().bottom() <= shown.window.banner.height() for part in parts
    )
    assert one_line < 4 * line
    assert shown.window.banner.height() < 14 * line
    assert shown.window.panels["layer_grid"].geometry() == before
