"""What is dropped, pasted and copied."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QMimeData, QUrl
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepvis_app.ui.clipboard import NOTHING, rgb_of, take
from deepvis_app.ui.dialogs.model import ModelDialog
from tests.ui.windows import Shown


def image_3x2(image_format: QImage.Format = QImage.Format.Format_RGB888) -> QImage:
    """Width 3: rows of an RGB888 image are then padded to 12 bytes."""
    image = QImage(3, 2, image_format)
    image.fill(QColor(10, 20, 30))
    image.setPixelColor(2, 1, QColor(200, 100, 50))
    return image


@pytest.mark.parametrize(
    "image_format", [QImage.Format.Format_RGB888, QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32]
)
def test_pixels_become_an_array(image_format: QImage.Format) -> None:
    wanted = np.full((2, 3, 3), (10, 20, 30), np.uint8)
    wanted[1, 2] = (200, 100, 50)
    rgb = rgb_of(image_3x2(image_format))
    assert np.array_equal(rgb, wanted)
    assert not rgb.flags.writeable


def test_what_is_transparent_becomes_white() -> None:
    image = image_3x2(QImage.Format.Format_ARGB32)
    image.setPixelColor(0, 0, QColor(0, 0, 0, 0))
    assert rgb_of(image)[0, 0].tolist() == [255, 255, 255]


def paste(shown: Shown, mime: QMimeData | None) -> None:
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    clipboard.clear()
    if mime is not None:
        clipboard.setMimeData(mime)
    shown.press("Ctrl+V")


def test_a_pasted_picture_is_shown(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    mime = QMimeData()
    mime.setImageData(image_3x2())
    paste(shown, mime)
    assert shown.source.pasted == ["pasted picture"]
    assert shown.source.frame is not None
    assert shown.source.frame.rgb.shape == (2, 3, 3)


def test_a_pasted_address_is_opened(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    mime = QMimeData()
    mime.setText("  rtsp://camera/stream\nmore")
    paste(shown, mime)
    assert shown.asked.paths == ["rtsp://camera/stream"]


def test_an_empty_clipboard_is_explained(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    paste(shown, None)
    assert shown.session.view.notice == NOTHING


def test_a_picture_from_a_web_page_is_taken_by_its_pixels(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    mime = QMimeData()
    mime.setImageData(image_3x2())
    mime.setUrls([QUrl("https://example.org/cat.jpg")])
    assert take(shown.window.context, mime, "dropped picture")
    assert shown.source.pasted == ["dropped picture"]
    assert shown.asked.paths == []


def test_of_several_files_the_first_is_opened_and_that_is_said(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/a.png"), QUrl.fromLocalFile("/b.png")])
    assert take(shown.window.context, mime, "")
    assert shown.asked.paths == ["/a.png"]
    assert "first of 2" in shown.session.view.notice


def test_a_dropped_python_file_is_asked_about_and_not_run(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/nets/mine.py")])
    assert take(shown.window.context, mime, "")
    dialog = shown.window.findChild(ModelDialog)
    assert dialog is not None
    assert dialog.name.text() == "file:/nets/mine.py"
    assert not dialog.warning.isHidden()
    assert shown.compute.choices == []


def test_the_copied_pane_is_on_the_clipboard(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown(qtbot)
    monkeypatch.setattr(shown.window, "pane_under_mouse", lambda: "scores")
    shown.press("Ctrl+C")
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert clipboard.pixmap().size() == shown.window.panels["scores"].size()
