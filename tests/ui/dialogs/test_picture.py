"""A unit's pictures at full size, and what panels want of the window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from deepvis_app.messages import PictureFacts, UnitRef
from deepvis_app.ui.dialogs.jobs import JobsDialog
from deepvis_app.ui.dialogs.picture import PictureDialog
from deepvis_app.ui.wishes import Compute, ComputeLayer, Enlarge, OpenSource, grant
from tests.ui.fakes_atlas import some_pictures
from tests.ui.mouse import click, press_key
from tests.ui.windows import Shown


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def opened(shown: Shown, kind: str = "top", at: int = 2) -> PictureDialog:
    grant(shown.window.context, Enlarge(some_pictures(kind), at, "conv1:3: best", f"conv1:3-{kind}"))
    dialog = shown.window.findChild(PictureDialog)
    assert dialog is not None
    dialog.activateWindow()
    shown._qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
    return dialog


def test_a_part_of_a_generated_picture_has_all_of_it_beside_it(shown: Shown) -> None:
    parts = list(some_pictures("dgn-am", 2, side=6))
    whole = np.zeros((20, 20, 3), np.uint8)
    parts[0] = replace(parts[0], whole=whole, facts=PictureFacts(more={"field": [2, 3, 8, 9], "code": "x"}))
    grant(shown.window.context, Enlarge(tuple(parts), 0, "conv1:3: DGN-AM", "conv1:3"))
    dialog = shown.window.findChild(PictureDialog)
    assert dialog is not None
    assert dialog.whole.isVisible()
    assert (dialog.view.picture_size, dialog.whole.picture_size) == ((6, 6), (20, 20))
    rect = dialog.whole.mark("field")
    assert rect is not None
    assert (rect.top(), rect.left(), rect.bottom(), rect.right()) == (2, 3, 8, 9)
    assert "code" not in dialog.facts.text()
    dialog.step(1)
    assert not dialog.whole.isVisible()


def test_the_arrows_go_round_and_each_picture_tells_its_facts(shown: Shown) -> None:
    dialog = opened(shown)
    assert dialog.windowTitle() == "conv1:3: best, 3 of 9"
    for key, rank in ((Qt.Key.Key_Right, 3), (Qt.Key.Key_Left, 2), (Qt.Key.Key_Left, 1), (Qt.Key.Key_Up, 0),
                      (Qt.Key.Key_Left, 8), (Qt.Key.Key_Down, 0)):  # fmt: skip
        press_key(dialog, key)
        assert dialog.picture.rank == rank
        assert f"img_{rank}.JPEG" in dialog.facts.text()
    click(dialog.next, 4, 4)
    assert dialog.place.text() == "2 of 9   8 x 8"


def test_the_whole_image_is_opened_or_said_to_be_gone(
    shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = opened(shown)
    press_key(dialog, Qt.Key.Key_Return)
    assert "n01/img_2.JPEG (of val, 10000 images) was not found" in shown.session.view.notice
    monkeypatch.setattr("deepvis_app.ui.wishes.target_of", lambda *_: "/found.png")
    click(dialog.source, 4, 4)
    grant(shown.window.context, OpenSource(dialog.picture))
    assert shown.asked.paths == ["/found.png", "/found.png"]


def test_a_preferred_picture_has_no_whole_image(shown: Shown) -> None:
    dialog = opened(shown, "am")
    assert not dialog.source.isVisible()
    press_key(dialog, Qt.Key.Key_Return)
    assert shown.session.view.notice == ""
    assert dialog.isVisible()


def test_a_picture_is_saved_in_its_own_size(shown: Shown, tmp_path: Path) -> None:
    dialog = opened(shown)
    click(dialog.save, 4, 4)
    asking = dialog.findChild(QFileDialog)
    assert asking is not None
    assert Path(asking.selectedFiles()[0]).name == "conv1_3-top-2.png"
    asking.fileSelected.emit(str(tmp_path / "out.png"))
    asking.close()
    with Image.open(tmp_path / "out.png") as image:
        np.testing.assert_array_equal(np.asarray(image), dialog.picture.rgb)


def test_escape_closes(qtbot: QtBot, shown: Shown) -> None:
    press_key(opened(shown), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not shown.window.findChildren(PictureDialog))


def test_missing_pictures_are_asked_of_the_services_wherever_a_panel_wants_them(shown: Shown) -> None:
    wish = Compute(UnitRef("features.conv1", 3), "am")
    for panel in shown.window.panels.values():
        panel.wanted.emit(wish)
    assert shown.asked.computed == [(wish.ref, "am")] * len(shown.window.panels)


@pytest.mark.parametrize(("kind", "job"), [("am", "am"), ("top", "top")])
def test_a_whole_layer_is_chosen_in_the_jobs_dialog(shown: Shown, kind: str, job: str) -> None:
    grant(shown.window.context, ComputeLayer(kind))
    dialog = shown.window.findChild(JobsDialog)
    assert dialog is not None
    assert (dialog.form.job.currentData(), dialog.form.scope.currentData()) == (job, "layer")
