"""Pictures of panes, of the window and of a unit."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from deepvis_app.session import View, ViewState
from deepvis_app.ui.saving import NO_UNIT, panes, save_to, suggested_name, write_png
from tests.ui.fakes import canned_model
from tests.ui.windows import Shown


def chosen(shown: Shown, path: Path) -> None:
    """Choose a path in the dialog that is open."""
    dialog = shown.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(path))


def test_the_window_is_saved_as_it_looks(qtbot: QtBot, tmp_path: Path) -> None:
    shown = Shown(qtbot)
    shown.window.menus.actions["save_window"].trigger()
    chosen(shown, tmp_path / "window.png")
    saved = QImage(str(tmp_path / "window.png"))
    assert saved.size() == shown.window.size()
    assert "Saved" in shown.session.view.notice


def test_every_shown_pane_can_be_saved(qtbot: QtBot, tmp_path: Path) -> None:
    shown = Shown(qtbot)
    offered = panes(shown.window.context)
    visible = [panel for panel in shown.window.panels.values() if panel.isVisible()]
    assert [choice.text for choice in offered] == [f"{panel.title}…" for panel in visible]
    offered[0].do()
    chosen(shown, tmp_path / "pane.png")
    assert QImage(str(tmp_path / "pane.png")).size() == visible[0].size()


def test_a_report_is_saved(qtbot: QtBot, tmp_path: Path) -> None:
    shown = Shown(qtbot)
    shown.window.menus.actions["save_report"].trigger()
    chosen(shown, tmp_path / "report.png")
    assert QImage(str(tmp_path / "report.png")).width() == 1240


def test_without_a_unit_there_is_no_report_and_the_reason_is_told(qtbot: QtBot) -> None:
    shown = Shown(qtbot, with_model=False)
    shown.window.menus.actions["save_report"].trigger()
    assert shown.session.view.notice == NO_UNIT
    assert shown.window.findChild(QFileDialog) is None


def test_a_failure_to_write_is_one_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    shown = Shown(qtbot)
    (tmp_path / "file").write_text("")
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    assert not save_to(shown.window.context, str(tmp_path / "file" / "x.png"), image)
    assert shown.session.view.notice.startswith("Could not write")
    assert shown.session.view.notice.count(". ") == 1


def test_an_empty_picture_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="empty"):
        write_png(QImage(), tmp_path / "x.png")
    assert list(tmp_path.glob("*.png")) == []


@pytest.mark.parametrize(
    ("view", "name"),
    [
        (View(ViewState()), "window.png"),
        (
            View(ViewState(layer="a/b:2", unit=7), canned_model("file:x y.py")),
            "file_x_y.py-a_b_2-7-window.png",
        ),
    ],
)
def test_the_suggested_name_suits_every_file_system(view: View, name: str) -> None:
    assert suggested_name(view, "window") == name
