from __future__ import annotations

import pytest
from PyQt6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from deepvis_app.messages import UnitRef
from deepvis_app.render.grid import tile_box
from deepvis_app.ui.panels.layer_grid import LayerGridPanel
from deepvis_app.ui.panels.overview import OTHER_LAYER
from tests.ui.fakes import large_model
from tests.ui.mouse import click, press_key, type_keys
from tests.ui.panels.grid import CONV5, GridStage, grid_stage
from tests.ui.panels.helpers import Stage


@pytest.fixture
def stage(qtbot: QtBot) -> GridStage:
    return grid_stage(qtbot)


def test_search_lists_units_while_typing_and_enter_goes_to_the_chosen_one(
    stage: GridStage,
) -> None:
    search = stage.panel.controls.search
    type_keys(search, "ban")
    assert [search.results.item(0).text()] == ["prob:7 (banana)"]  # type: ignore[union-attr]
    assert not search.results.isHidden()
    press_key(search, Qt.Key.Key_Return)
    state = stage.session.view.state
    assert (state.layer, state.unit) == ("prob", 7)
    assert search.results.isHidden()


def test_search_says_when_there_is_nothing_and_escape_closes_it(stage: GridStage) -> None:
    search = stage.panel.controls.search
    type_keys(search, "xyzzy")
    assert search.results.item(0).text() == "Nothing found"  # type: ignore[union-attr]
    press_key(search, Qt.Key.Key_Return)
    assert stage.session.view.state.layer == CONV5
    press_key(search, Qt.Key.Key_Escape)
    assert search.results.isHidden()
    assert search.text() == ""


def test_the_arrows_choose_among_the_results(stage: GridStage) -> None:
    search = stage.panel.controls.search
    type_keys(search, "vo")
    type_keys(search, "l")
    rows = search.results.count()
    press_key(search, Qt.Key.Key_Up)
    assert search.results.currentRow() == rows - 1
    press_key(search, Qt.Key.Key_Down)
    assert search.results.currentRow() == 0


def test_a_click_in_the_overview_goes_to_that_layer_and_unit(stage: GridStage) -> None:
    stage.turn(overview=True)
    overview = stage.panel.overview
    block = next(b for b in overview.blocks if b.mosaic.layer == "features.conv2")
    top, left, bottom, right = tile_box(block.mosaic.grid, 57)
    y, x = block.top + (top + bottom) / 2 * block.zoom, block.left + (left + right) / 2 * block.zoom
    assert overview.unit_at(y, x) == UnitRef("features.conv2", 57)
    at = overview.to_screen(y, x)
    click(overview.viewport(), at.x(), at.y())
    state = stage.session.view.state
    assert (state.layer, state.unit, state.overview) == ("features.conv2", 57, False)


def spot_of(stage: GridStage, layer: str, unit: int) -> QPointF:
    """Where the unit's tile is in the overview."""
    overview = stage.panel.overview
    block = next(b for b in overview.blocks if b.mosaic.layer == layer)
    box = block.tile_of(unit)
    assert box is not None
    return overview.to_screen((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def test_shift_and_a_click_mark_a_second_unit_of_the_selected_layer_in_the_overview(
    stage: GridStage,
) -> None:
    stage.turn(layer="features.conv2", unit=3, overview=True)
    overview = stage.panel.overview
    for marked in (UnitRef("features.conv2", 57), None):
        at = spot_of(stage, "features.conv2", 57)
        click(overview.viewport(), at.x(), at.y(), modifier=Qt.KeyboardModifier.ShiftModifier)
        stage.turn()
        state = stage.session.view.state
        assert (state.unit, state.second, state.overview) == (3, marked, True)
        assert (overview.mark("second") is not None) == (marked is not None)


def test_a_unit_of_another_layer_cannot_be_the_second_one_and_the_person_is_told(stage: GridStage) -> None:
    stage.turn(layer="features.conv2", unit=3, overview=True)
    at = spot_of(stage, CONV5, 9)
    click(stage.panel.overview.viewport(), at.x(), at.y(), modifier=Qt.KeyboardModifier.ShiftModifier)
    state = stage.session.view.state
    assert (state.layer, state.unit, state.second, state.overview) == ("features.conv2", 3, None, True)
    assert stage.session.view.notice == OTHER_LAYER


def test_the_overview_has_every_layer_that_can_be_shown_without_overlap(qtbot: QtBot) -> None:
    model = large_model(90)
    stage = Stage(qtbot, LayerGridPanel, model=model)
    stage.turn(overview=True)
    blocks = stage.panel.overview.blocks
    assert [b.mosaic.layer for b in blocks] == [x.name for x in model.layers]
    boxes = [b.box for b in blocks]
    for a in boxes:
        for b in boxes:
            assert a is b or a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    height, width = stage.panel.overview.picture_size
    assert all(b[2] <= height and b[3] <= width for b in boxes)


@pytest.mark.parametrize("count", [3, 18, 24])
def test_an_overview_that_fits_is_seen_whole(qtbot: QtBot, count: int) -> None:
    stage = Stage(qtbot, LayerGridPanel, (770, 640), model=large_model(count))
    stage.turn(overview=True)
    overview = stage.panel.overview
    bottom = max(block.box[2] for block in overview.blocks)
    right = max(block.box[3] for block in overview.blocks)
    corner = overview.to_screen(bottom, right)
    assert corner.y() <= overview.height() + 1
    assert corner.x() <= overview.width() + 1


def test_an_overview_of_many_layers_scrolls_and_starts_at_the_selected_one(qtbot: QtBot) -> None:
    stage = Stage(qtbot, LayerGridPanel, model=large_model(200))
    stage.turn(overview=True, layer=large_model(200).layers[150].name)
    overview = stage.panel.overview
    assert overview.picture_size[0] * overview.scale_now > overview.height()
    block = next(b for b in overview.blocks if b.mosaic.layer == stage.session.view.state.layer)
    assert 0 <= overview.to_screen(block.top, block.left).y() < overview.height()
