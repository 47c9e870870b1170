"""Pattern mode: the pictures stand where the activations stood, and are as easy to use."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from deepvis_app.messages import UnitRef
from deepvis_app.render.grid import tile_box
from deepvis_app.ui.panels.layer_grid import PATTERN, LayerGridPanel
from deepvis_app.ui.panels.pattern_view import COMPUTE
from deepvis_app.ui.wishes import ComputeLayer
from tests.ui.fakes import canned_result
from tests.ui.fakes_atlas import FakeAtlas, some_tiles
from tests.ui.mouse import click, hover
from tests.ui.panels.helpers import Stage

CONV5 = "features.conv5"
Shown = Stage[LayerGridPanel]


@pytest.fixture
def atlas() -> FakeAtlas:
    made = FakeAtlas()
    made.layers[CONV5, "top"] = some_tiles(CONV5, "top", 256, missing=(20,))
    made.layers["fc6", "am"] = some_tiles("fc6", "am", 1024)
    made.layers["fc8", "am"] = some_tiles("fc8", "am", 10)
    return made


@pytest.fixture
def stage(qtbot: QtBot, atlas: FakeAtlas) -> Shown:
    made = Stage(qtbot, LayerGridPanel, (700, 500), atlas=atlas)
    made.turn(layer=CONV5, in_grid=True, pattern="top")
    made.turn()
    return made


def place_of(stage: Shown, unit: int) -> QPointF:
    """The widget position of a unit's tile, which is brought into view."""
    box = stage.panel.pattern.tile_of(unit)
    assert box is not None
    stage.panel.pattern.show_box(box)
    tiles = stage.panel.pattern.tiles
    assert tiles is not None
    place = int(np.flatnonzero(tiles.order == unit)[0])
    top, left, bottom, right = tile_box(tiles.grid, place)
    return stage.panel.pattern.to_screen((top + bottom) / 2, (left + right) / 2)


def colour_at(stage: Shown, unit: int) -> tuple[int, int, int]:
    at = place_of(stage, unit).toPoint()
    found = stage.panel.pattern.grab().toImage().pixelColor(at)
    return found.red(), found.green(), found.blue()


@pytest.mark.parametrize("order", ["index", "activation"])
def test_every_unit_shows_its_picture_and_a_click_selects_it(stage: Shown, order: str) -> None:
    stage.turn(order=order)
    assert stage.panel.stack.currentIndex() == PATTERN
    for unit in (0, 13, 255):
        assert colour_at(stage, unit) == (unit, 0, 200)
        at = place_of(stage, unit)
        click(stage.panel.pattern.viewport(), at.x(), at.y())
        assert stage.session.view.state.unit == unit
        stage.turn()


def test_the_order_is_that_of_the_activations(stage: Shown) -> None:
    stage.turn(order="activation")
    result, tiles = stage.session.view.result, stage.panel.pattern.tiles
    assert result is not None
    assert result.mosaic is not None
    assert tiles is not None
    np.testing.assert_array_equal(tiles.order, result.mosaic.order)
    assert tiles.order[0] != 0


def test_sorted_by_activation_pictures_change_places_only_with_the_slow_tick(stage: Shown) -> None:
    stage.turn(order="activation")
    tiles = stage.panel.pattern.tiles
    stage.compute.results = [canned_result(stage.compute.model, stage.compute.requests[-1], seed=9)]  # type: ignore[arg-type]
    stage.turn()
    assert stage.panel.pattern.tiles is tiles
    stage.panel.slow_tick()
    moved = stage.panel.pattern.tiles
    assert moved is not None
    assert tiles is not None
    assert not np.array_equal(moved.order, tiles.order)


def test_frames_lie_around_the_selected_unit_and_the_frozen_origin(stage: Shown) -> None:
    stage.turn(unit=40, origin=UnitRef(CONV5, 41))
    tiles = stage.panel.pattern.tiles
    assert tiles is not None
    for name, unit in (("selected", 40), ("origin", 41)):
        rect, box = stage.panel.pattern.mark(name), tile_box(tiles.grid, unit)
        assert rect is not None
        assert (rect.top(), rect.left()) == (box[0] - 0.5, box[1] - 0.5)


def test_the_mouse_tells_the_unit_its_class_and_that_a_picture_is_missing(stage: Shown) -> None:
    for unit, missing in ((20, "  no picture yet"), (21, "")):
        at = place_of(stage, unit)
        hover(stage.panel.pattern.viewport(), at.x(), at.y())
        assert stage.panel.told.text() == f"unit {unit}{missing}"
    stage.turn(layer="fc8", pattern="am")
    at = place_of(stage, 3)
    hover(stage.panel.pattern.viewport(), at.x(), at.y())
    assert stage.panel.told.text() == "unit 3 lighthouse"


def test_a_unit_without_a_picture_is_an_empty_frame_and_counted(stage: Shown) -> None:
    assert colour_at(stage, 20) != (20, 0, 200)
    assert stage.panel.told.text().startswith("255 of 256 units have best patches.")


def test_a_thousand_pictures_scroll_and_the_selected_one_stays_in_view(stage: Shown) -> None:
    stage.turn(layer="fc6", pattern="am")
    view = stage.panel.pattern
    for unit in (1000, 5, 1023):
        stage.turn(unit=unit)
        at = place_of(stage, unit)
        assert 0 <= at.y() <= view.height()
        assert colour_at(stage, unit) == (unit % 256, unit // 256, 200)


def test_without_pictures_it_says_so_and_the_button_asks_for_them(stage: Shown) -> None:
    stage.turn(pattern="am", unit=7)
    message = stage.panel.pattern.message
    assert message.text == "No preferred pictures have been computed for conv5 yet."
    assert message.button.text() == COMPUTE
    made: list[object] = []
    stage.panel.wanted.connect(made.append)
    click(message.button, 5, 5)
    assert made == [ComputeLayer("am")]


def test_reading_and_failing_are_told_apart(stage: Shown, atlas: FakeAtlas) -> None:
    atlas.answering = False
    stage.turn(layer="fc6", pattern="am")
    assert stage.panel.pattern.message.text == "Reading the pictures of fc6 ..."
    atlas.answering = True
    empty = some_tiles("features.conv2", "am", 128, missing=range(128))
    atlas.layers["features.conv2", "am"] = replace(empty, error="The atlas is damaged.")
    stage.turn(layer="features.conv2")
    assert stage.panel.pattern.message.text == "The atlas is damaged."
    assert not stage.panel.pattern.message.button.isVisible()


def test_a_layer_that_passes_units_on_shows_those_of_its_source(stage: Shown) -> None:
    stage.turn(layer="prob", pattern="am")
    assert colour_at(stage, 7) == (7, 0, 200)


def test_activations_come_back_and_their_controls_with_them(stage: Shown) -> None:
    panel = stage.panel
    assert not panel.controls.gamma.isVisible()
    assert not panel.bar.isVisible()
    assert panel.controls.content.currentText() == "best real patch"
    panel.controls.content.activated.emit(0)
    stage.turn()
    assert panel.stack.currentWidget() is panel.grid
    assert panel.controls.gamma.isVisible()
    assert panel.bar.isVisible()


def test_nothing_is_drawn_for_a_new_frame(stage: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.panel.grab()
    stage.turn()  # the colour bar has gone, so there is more room
    drawn: list[int] = []
    monkeypatch.setattr(type(stage.panel.pattern._item), "set_tiles", lambda *_: drawn.append(1))
    stage.compute.results = [canned_result(stage.compute.model, stage.compute.requests[-1], seed=9)]  # type: ignore[arg-type]
    stage.turn()
    stage.turn(palette="signed", unit=9)
    assert drawn == []


def test_shift_and_a_click_mark_a_second_unit(stage: Shown) -> None:
    at = place_of(stage, 13)
    click(stage.panel.pattern.viewport(), at.x(), at.y(), modifier=Qt.KeyboardModifier.ShiftModifier)
    stage.turn()
    assert (stage.session.view.state.unit, stage.session.view.state.second) == (0, UnitRef(CONV5, 13))
    assert stage.panel.pattern.mark("second") is not None


def test_generated_pictures_have_their_own_words(stage: Shown) -> None:
    stage.turn(pattern="dgn-am", unit=7)
    assert stage.panel.pattern.message.text == "No DGN-AM pictures have been computed for conv5 yet."
    assert stage.panel.controls.content.currentText() == "what it prefers (DGN-AM)"
