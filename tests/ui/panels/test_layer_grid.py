from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from deepvis_app.messages import Cell, UnitRef
from deepvis_app.render.grid import tile_box
from deepvis_app.ui.panels.grid_view import why_not_shown
from deepvis_app.ui.panels.layer_grid import GRID, HINTS, LayerGridPanel
from deepvis_app.ui.widgets.image_view import ImageView
from tests.ui.fakes import activations
from tests.ui.mouse import RIGHT, click, hover
from tests.ui.panels.grid import CONV5, GridStage, grid_stage, layer_of, mosaic_of, spot
from tests.ui.panels.helpers import Stage


@pytest.fixture
def stage(qtbot: QtBot) -> GridStage:
    return grid_stage(qtbot)


@pytest.mark.parametrize("order", ["index", "activation"])
def test_a_click_selects_the_unit_whose_tile_it_hits(stage: GridStage, order: str) -> None:
    stage.turn(order=order)
    for unit in (0, 13, 255):
        at = spot(stage, unit, 3, 3)
        click(stage.panel.grid.viewport(), at.x(), at.y())
        assert stage.session.view.state.unit == unit
        stage.turn()
    assert stage.session.view.state.in_grid


def test_a_right_click_also_picks_the_position(stage: GridStage) -> None:
    at = spot(stage, 20, 6, 2)
    click(stage.panel.grid.viewport(), at.x(), at.y(), RIGHT)
    state = stage.session.view.state
    assert (state.unit, state.seed.kind, state.seed.position) == (20, "position", (6, 2))


def test_the_mouse_tells_unit_position_and_the_exact_value(stage: GridStage) -> None:
    at = spot(stage, 20, 6, 2)
    hover(stage.panel.grid.viewport(), at.x(), at.y())
    assert stage.session.view.state.cell == Cell(20, 6, 2)
    stage.turn()
    exact = float(activations(layer_of(stage))[20, 6, 2])
    assert stage.panel.told.text() == f"unit 20  (6, 2)  = {exact:.5g}"


def test_mirrored_tiles_stay_in_their_places_and_tell_the_true_position(stage: GridStage) -> None:
    plain = stage.panel.grid.grab().toImage()
    stage.turn(mirror=True)
    width = layer_of(stage).map_shape[1]
    for y, x in ((6, 2), (0, 0), (3, width - 1)):
        here, there = spot(stage, 20, y, x), spot(stage, 20, y, width - 1 - x)
        seen = stage.panel.grid.grab().toImage()
        assert seen.pixelColor(here.toPoint()) == plain.pixelColor(there.toPoint())
        hover(stage.panel.grid.viewport(), here.x(), here.y())
        told = stage.panel.told.text()
        assert told.startswith(f"unit 20  ({y}, {width - 1 - x})")
        stage.turn()
        exact = float(activations(layer_of(stage))[20, y, width - 1 - x])
        assert stage.panel.told.text().endswith(f"= {exact:.5g}")
        hover(stage.panel.grid.viewport(), 0, 0)


def test_a_mouse_at_rest_tells_the_unit_that_was_scrolled_under_it(stage: GridStage) -> None:
    stage.turn(layer="features.conv2")
    grid = stage.panel.grid
    hover(grid.viewport(), 200, 100)
    stage.turn()
    before = stage.session.view.state.cell
    grid.zoom_by(4.0, QPointF(0, 0))
    stage.turn()
    after = stage.session.view.state.cell
    assert before is not None
    assert after is not None
    assert after.unit != before.unit
    assert stage.panel.told.text().startswith(f"unit {after.unit} ")
    grid.resize(grid.width() - 50, grid.height())
    stage.turn()
    assert stage.session.view.state.cell is None  # nobody knows where the mouse is in the new grid


def test_a_mouse_at_rest_tells_the_unit_that_was_sorted_under_it(stage: GridStage) -> None:
    at = spot(stage, 20, 6, 2)
    hover(stage.panel.grid.viewport(), at.x(), at.y())
    stage.turn()
    stage.turn(order="activation")
    cell, order = stage.session.view.state.cell, mosaic_of(stage).order
    assert cell is not None
    assert cell.unit == order[20] != 20


def test_until_the_answer_is_there_the_colours_value_is_told_as_about(stage: GridStage) -> None:
    stage.compute.answering = False
    at = spot(stage, 20, 6, 2)
    hover(stage.panel.grid.viewport(), at.x(), at.y())
    told = stage.panel.told.text()
    about = float(told.split("\N{ALMOST EQUAL TO}")[1])
    assert about == pytest.approx(
        float(activations(layer_of(stage))[20, 6, 2]), abs=mosaic_of(stage).top / 64
    )


def test_on_class_layers_the_class_is_told(stage: GridStage) -> None:
    stage.turn(layer="fc8")
    at = spot(stage, 3)
    hover(stage.panel.grid.viewport(), at.x(), at.y())
    assert stage.panel.told.text().startswith("unit 3 lighthouse")


def test_leaving_the_grid_forgets_the_cell(stage: GridStage) -> None:
    at = spot(stage, 20, 6, 2)
    hover(stage.panel.grid.viewport(), at.x(), at.y())
    stage.turn()
    stage.panel.grid.hovered.emit(None)
    stage.turn()
    assert stage.session.view.state.cell is None
    assert stage.panel.told.text() == HINTS[GRID]


def test_the_frames_lie_around_the_selected_unit_and_the_frozen_origin(stage: GridStage) -> None:
    stage.turn(unit=40, origin=UnitRef(CONV5, 41))
    grid = mosaic_of(stage).grid
    for mark, unit in (("selected", 40), ("origin", 41)):
        rect, box = stage.panel.grid.mark(mark), tile_box(grid, unit)
        assert rect is not None
        assert (rect.top(), rect.left(), rect.bottom(), rect.right()) == (
            box[0] - 0.5, box[1] - 0.5, box[2] + 0.5, box[3] + 0.5
        )  # fmt: skip
    stage.turn(layer="fc6")
    assert stage.panel.grid.mark("origin") is None


def test_the_room_for_the_mosaic_is_reported_in_steps(stage: GridStage) -> None:
    pane = stage.session.view.state.pane
    grid = stage.panel.grid
    assert pane[0] % 32 == pane[1] % 32 == 0
    assert 0 <= grid.height() - pane[0] < 32
    assert 0 <= grid.width() - pane[1] < 32


def test_another_layer_than_asked_for_is_dimmed_and_said_to_be_computed(stage: GridStage) -> None:
    stage.compute.answering = False
    stage.turn(layer="fc6")
    assert stage.panel.grid.message.text == "computing fc6 ..."
    assert stage.panel.grid.mark("selected") is None
    stage.compute.answering = True
    stage.turn(unit=3)
    assert stage.panel.grid.message.text == ""


def test_an_error_is_said_over_the_grid(stage: GridStage) -> None:
    result = stage.session.view.result
    assert result is not None
    stage.compute.results = [replace(result, error="Out of memory.")]
    stage.turn()
    assert stage.panel.grid.message.text == "Out of memory."


def test_a_layer_of_zeros_is_said_to_be_one(stage: GridStage) -> None:
    result, mosaic = stage.session.view.result, mosaic_of(stage)
    assert result is not None
    pixels = np.minimum(mosaic.pixels, 128)
    for content, word in (("forward", "activation"), ("backward", "gradient")):
        zero = replace(mosaic, pixels=np.where(pixels > 0, 128, 0).astype(np.uint8), content=content)  # type: ignore[arg-type]
        stage.compute.results = [replace(result, mosaic=zero)]
        assert f"Every {word} of this layer is zero" in why_not_shown(stage.turn())
    stage.compute.results = [replace(result, mosaic=replace(mosaic, pixels=pixels))]
    assert why_not_shown(stage.turn()) == ""  # all below zero is not all zero


def test_a_layer_of_many_units_takes_the_width_and_keeps_the_selected_unit_in_view(qtbot: QtBot) -> None:
    stage = Stage(qtbot, LayerGridPanel, (300, 260))
    stage.turn(layer="fc6", unit=0)
    grid = stage.panel.grid
    assert mosaic_of(stage).grid.size[0] * grid.scale_now > grid.height()
    for unit in (1000, 5, 1023):
        stage.turn(unit=unit)
        at = spot(stage, unit)
        assert 0 <= at.y() <= grid.height()


def test_zoom_and_overview_choose_what_fills_the_pane(stage: GridStage) -> None:
    panel = stage.panel
    pages: list[tuple[dict[str, Any], ImageView]] = [
        ({"zoom": 0}, panel.grid),
        ({"zoom": 1}, panel.unit),
        ({"zoom": 2, "method": "deconv"}, panel.back),
        ({"overview": True}, panel.overview),
    ]
    for changes, page in pages:
        stage.turn(**changes)
        assert panel.stack.currentWidget() is page
        assert page.picture_size != (0, 0)


def test_the_controls_show_the_state_and_change_it(stage: GridStage) -> None:
    controls = stage.panel.controls
    controls.order.activated.emit(1)
    controls.palette_chooser.activated.emit(1)
    controls.gamma.activated.emit(2)
    controls.boost.activated.emit(4)
    state = stage.session.view.state
    assert (state.order, state.palette, state.scale.gamma, state.scale.boost) == (
        "activation", "signed", 0.5, 1.0
    )  # fmt: skip
    controls.content.activated.emit(1)
    click(controls.overview, 4, 4)
    state = stage.session.view.state
    assert (state.grid, state.method, state.overview) == ("backward", "gradient", True)
    stage.turn()
    assert controls.gamma.currentText() == "gamma 0.5"
    assert controls.content.currentText() == "gradients"
    assert controls.overview.isChecked()


def test_in_a_narrow_window_the_lists_keep_their_words(qtbot: QtBot, stage: GridStage) -> None:
    controls = stage.panel.controls
    lists = (controls.content, controls.order, controls.palette_chooser, controls.gamma, controls.boost)
    room = sum(each.sizeHint().width() + 4 for each in lists) + controls.search.minimumWidth()
    for width, shown in ((room + 5, False), (room + 200, True), (room + 5, False)):
        stage.panel.resize(width, 500)
        stage.turn()
        assert controls.overview.isVisible() == shown
        qtbot.waitUntil(lambda: all(each.width() >= each.sizeHint().width() for each in lists))
    stage.turn(pattern="am")  # it needs fewer lists
    assert controls.overview.isVisible()


def test_the_colour_bar_follows_the_scale_of_the_result(stage: GridStage) -> None:
    top = mosaic_of(stage).top
    assert stage.panel.bar.labels[0] == f"{-top:.2g}"
    assert stage.panel.bar.labels[-1] == f"{top:.2g}"


def test_the_colour_bar_is_shown_where_it_holds(stage: GridStage) -> None:
    cases = (({"zoom": 0}, True), ({"zoom": 1}, True), ({"grid": "backward", "method": "gradient"}, False),
             ({"zoom": 0}, True), ({"overview": True}, False))  # fmt: skip
    for changes, shown in cases:
        stage.turn(**changes)
        assert stage.panel.bar.isVisible() == shown, changes


def test_shift_and_a_click_mark_a_second_unit_and_again_take_the_mark_away(qtbot: QtBot) -> None:
    stage = grid_stage(qtbot)
    at = spot(stage, 9)
    for marked in (UnitRef(CONV5, 9), None):
        click(stage.panel.grid.viewport(), at.x(), at.y(), modifier=Qt.KeyboardModifier.ShiftModifier)
        stage.turn()
        state = stage.session.view.state
        assert (state.unit, state.second) == (0, marked)
        assert (stage.panel.grid.mark("second") is not None) == (marked is not None)
    click(stage.panel.grid.viewport(), at.x(), at.y())
    assert stage.session.view.state.unit == 9


def test_the_mark_lies_around_the_second_unit_and_goes_with_its_layer(qtbot: QtBot) -> None:
    stage = grid_stage(qtbot)
    stage.turn(second=UnitRef(CONV5, 9))
    rect, box = stage.panel.grid.mark("second"), stage.panel.grid.tile_of(9)
    assert rect is not None
    assert box is not None
    assert (rect.top(), rect.left()) == box[:2]
    stage.turn(layer="fc8")
    assert stage.panel.grid.mark("second") is None
