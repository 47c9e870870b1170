"""The page about a unit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QSize
from PyQt6.QtGui import QImage
from pytestqt.qtbot import QtBot

from deepvis_app.messages import UnitRef, frozen
from deepvis_app.session import View, ViewState
from deepvis_app.ui.report import WIDTH, unit_report
from deepvis_app.ui.report_pictures import sheet, sheets
from deepvis_app.ui.widgets.images import fitted, image_of
from tests.ui.fakes import canned_session
from tests.ui.fakes_atlas import some_pictures, some_unit


def view_of(**changes: object) -> View:
    session, _, _ = canned_session(state=ViewState())
    session.change(**changes)
    session.poll()
    return session.view


def pixels(image: QImage) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    bits = image.constBits()
    assert bits is not None
    flat = np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8)
    return flat.reshape(image.height(), image.bytesPerLine())[:, : 3 * image.width()]


@pytest.mark.parametrize("layer", ["features.conv1", "features.conv5", "fc6", "prob"])
@pytest.mark.parametrize("method", ["off", "deconv"])
def test_nothing_touches_the_edge_of_the_page(qtbot: QtBot, layer: str, method: str) -> None:
    page = pixels(unit_report(view_of(layer=layer, unit=3, method=method)))
    assert page.shape[1] == 3 * WIDTH
    inner = page[60:-60, 180:-180]
    assert (inner < 128).any()
    for edge in (page[:50], page[-50:], page[:, :150], page[:, -150:]):
        assert (edge == 255).all()


def test_long_texts_make_the_page_longer_not_wider(qtbot: QtBot) -> None:
    view = view_of(layer="fc8")
    assert view.model is not None
    wordy = replace(view, model=replace(view.model, title="a very long name " * 40))
    plain, long = unit_report(view), unit_report(wordy)
    assert long.width() == plain.width()
    assert long.height() > plain.height()


def test_a_page_without_optional_parts(qtbot: QtBot) -> None:
    view = view_of()
    assert view.result is not None
    bare = replace(view.result, mosaic=None, network_input=None, input_box=None, scores=())
    assert unit_report(replace(view, result=bare)).height() > 300


def test_the_picture_keeps_its_colours(qtbot: QtBot) -> None:
    rgb = np.arange(5 * 3 * 3, dtype=np.uint8).reshape(5, 3, 3)
    image = image_of(frozen(rgb))
    assert (image.width(), image.height()) == (3, 5)
    assert image.pixelColor(2, 4).getRgb()[:3] == tuple(rgb[4, 2])


@pytest.mark.parametrize(
    ("size", "wanted"), [((10, 20), (50, 100)), ((400, 100), (100, 25)), ((100, 100), (100, 100))]
)
def test_pictures_fit_their_room_and_keep_their_shape(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    image = fitted(QImage(*size, QImage.Format.Format_RGB888), QSize(100, 100))
    assert (image.width(), image.height()) == wanted


def with_known(view: View, **changes: object) -> View:
    """The same with all that an atlas can hold of the unit."""
    ref = UnitRef(view.state.layer, view.state.unit)
    known = some_unit(ref, ("am", "top", "deconv", "guided"))
    return replace(view, pictures=replace(known, **changes))  # type: ignore[arg-type]


def test_what_is_known_of_the_unit_is_on_the_page(qtbot: QtBot) -> None:
    plain = view_of(layer="features.conv1", unit=3)
    known = sheets(with_known(plain), 300)
    assert list(known) == ["set-am", "set-top", "set-deconv", "set-guided"]
    assert known["set-top"][1].endswith("top, run 1, 2026-03-02, val, 10000 images")
    assert unit_report(with_known(plain)).height() > unit_report(plain).height() + 300
    page = pixels(unit_report(with_known(plain)))
    for edge in (page[:50], page[-50:], page[:, :150], page[:, -150:]):
        assert (edge == 255).all()


def test_a_sheet_has_every_picture_at_its_rank_with_its_score_below(qtbot: QtBot) -> None:
    seen = pixels(sheet(tuple(p for p in some_pictures("top") if p.rank in (0, 5)), 300)).reshape(-1, 300, 3)
    assert seen.shape[0] == 2 * 97 + 4  # two rows of three
    assert (seen[40, 48] == 20).all()
    assert (seen[142, 250] == 120).all()
    assert (seen[40, 150] == 255).all()
    assert (seen[80:97, :97] < 200).any()  # the score


def test_pictures_of_another_unit_are_not_on_the_page(qtbot: QtBot) -> None:
    view = with_known(view_of(layer="features.conv1", unit=3))
    assert sheets(replace(view, state=replace(view.state, unit=4)), 300) == {}
