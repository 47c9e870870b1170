"""Opening files, folders and addresses."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtWidgets import QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot

from deepvis_app.messages import SourceSpec
from tests.ui.windows import Shown


def choose(shown: Shown, tag: str, path: Path) -> None:
    """Trigger an action and choose a path in the dialog that opens."""
    shown.window.menus.actions[tag].trigger()
    dialog = shown.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.close()


@pytest.mark.parametrize("tag", ["open", "open_list", "open_folder"])
def test_what_is_chosen_is_opened(qtbot: QtBot, tmp_path: Path, tag: str) -> None:
    shown = Shown(qtbot)
    choose(shown, tag, tmp_path / "x")
    assert shown.asked.paths == [str(tmp_path / "x")]


def test_a_folder_with_subfolders_is_opened_as_one(qtbot: QtBot, tmp_path: Path) -> None:
    shown = Shown(qtbot)
    choose(shown, "open_tree", tmp_path)
    assert shown.source.opened == [SourceSpec("folder", str(tmp_path), recursive=True)]


def test_the_next_dialog_starts_where_the_last_file_was(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    shown = Shown(qtbot)
    choose(shown, "open", tmp_path / "deep" / "x.png")
    shown.window.close()
    later = Shown(qtbot)
    later.window.menus.actions["open"].trigger()
    dialog = later.window.findChild(QFileDialog)
    assert dialog is not None
    assert Path(dialog.directory().absolutePath()) == tmp_path / "deep"


@pytest.mark.parametrize(("text", "opened"), [(" http://host/cam ", ["http://host/cam"]), ("  ", [])])
def test_an_address_is_opened(qtbot: QtBot, text: str, opened: list[str]) -> None:
    shown = Shown(qtbot)
    shown.window.menus.actions["open_url"].trigger()
    dialog = shown.window.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue(text)
    dialog.accept()
    assert shown.asked.paths == opened


@pytest.mark.parametrize("tag", ["samples", "pattern"])
def test_built_in_sources_are_opened_by_name(qtbot: QtBot, tag: str) -> None:
    shown = Shown(qtbot)
    shown.window.menus.actions[tag].trigger()
    assert shown.asked.paths == [tag]
