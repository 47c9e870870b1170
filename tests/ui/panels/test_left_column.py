"""The selected unit and the backward picture."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from deepvis_app.messages import Cell, UnitRef
from deepvis_app.ui.panels.back import BackPanel
from deepvis_app.ui.panels.unit import UnitPanel
from tests.ui.fakes import activations, canned_model
from tests.ui.mouse import click, hover
from tests.ui.panels.helpers import Stage

CONV5 = "features.conv5"


@pytest.fixture
def unit(qtbot: QtBot) -> Stage[UnitPanel]:
    made = Stage(qtbot, UnitPanel, (300, 300))
    made.turn(layer=CONV5, unit=13)
    return made


@pytest.fixture
def back(qtbot: QtBot) -> Stage[BackPanel]:
    made = Stage(qtbot, BackPanel, (300, 300))
    made.turn(layer=CONV5, unit=13)
    return made


def test_the_unit_is_named_with_its_maximum_and_where_it_is(unit: Stage[UnitPanel]) -> None:
    values = activations(canned_model().layer(CONV5))[13]
    y, x = divmod(int(values.argmax()), 8)
    assert unit.panel.caption.text() == f"conv5:13  max {values.max():.3g} at ({y}, {x})"
    rect = unit.panel.map.mark("maximum")
    assert rect is not None
    assert (rect.top(), rect.left()) == (y, x)


def test_the_mouse_over_the_map_tells_the_exact_value_and_points_at_the_cell(unit: Stage[UnitPanel]) -> None:
    at = unit.panel.map.to_screen(2.5, 6.5)
    hover(unit.panel.map.viewport(), at.x(), at.y())
    value = activations(canned_model().layer(CONV5))[13, 2, 6]
    assert unit.panel.map.readout.text() == f"(2, 6)  {value:.4g}"
    assert unit.session.view.state.cell == Cell(13, 2, 6)


@pytest.mark.parametrize("mirror", [False, True])
def test_a_click_picks_the_position_under_the_mouse(unit: Stage[UnitPanel], mirror: bool) -> None:
    unit.turn(mirror=mirror)
    at = unit.panel.map.to_screen(4.5, 1.5)
    click(unit.panel.map.viewport(), at.x(), at.y())
    seed = unit.turn().state.seed
    assert (seed.kind, seed.position) == ("position", (4, 1))
    rect = unit.panel.map.mark("seed")
    assert rect is not None
    assert (rect.top(), rect.left()) == (4, 1)


def test_a_seed_picked_in_a_frozen_origin_is_not_marked_in_another_unit(unit: Stage[UnitPanel]) -> None:
    unit.turn(origin=UnitRef("features.conv1", 2))
    at = unit.panel.map.to_screen(4.5, 1.5)
    click(unit.panel.map.viewport(), at.x(), at.y())
    unit.turn()
    assert unit.panel.map.mark("seed") is None


def test_a_single_value_is_written_out(unit: Stage[UnitPanel]) -> None:
    unit.turn(layer="fc8", unit=3)
    value = float(activations(canned_model().layer("fc8"))[3, 0, 0])
    assert unit.panel.map.message.text == f"{value:.3g}"
    assert unit.panel.caption.text() == f"fc8:3 (lighthouse)  {value:.3g}"
    assert unit.panel.map.mark("maximum") is None


def test_another_unit_than_asked_for_is_said_to_be_computed(unit: Stage[UnitPanel]) -> None:
    unit.compute.answering = False
    unit.turn(unit=14)
    assert unit.panel.map.message.text == "computing ..."


def test_off_explains_itself_and_its_button_switches_deconv_on(back: Stage[BackPanel]) -> None:
    message = back.panel.picture.message
    assert message.text == "The backward pass is off."
    click(message.button, 5, 5)
    assert back.session.view.state.method == "deconv"
    back.turn()
    assert message.text == ""
    assert back.panel.picture.picture_size == (64, 64)


def test_the_button_takes_the_first_method_where_there_is_no_deconv(back: Stage[BackPanel]) -> None:
    back.session.methods = back.session.methods[3:]
    click(back.panel.picture.message.button, 5, 5)
    assert back.session.view.state.method == "occlusion"


def test_the_picture_is_labelled_with_what_really_ran_and_where_it_starts(back: Stage[BackPanel]) -> None:
    back.turn(method="guided")
    assert back.panel.caption.text() == "guided 7/7 ReLUs"
    assert back.panel.picture.readout.text() == "from conv5:13"
    back.turn(origin=UnitRef("fc8", 3))
    assert back.panel.picture.readout.text() == "from fc8:3 (lighthouse), frozen"
    assert back.panel.freeze.isChecked()


def test_an_empty_picture_tells_why_and_a_note_is_told_beside_a_full_one(back: Stage[BackPanel]) -> None:
    result = back.turn(method="gradient").result
    assert result is not None
    assert result.heat is not None
    note = "The unit is zero: nothing to trace back."
    back.compute.results = [replace(result, heat=replace(result.heat, note=note, empty=True))]
    back.turn()
    assert back.panel.picture.message.text == note
    back.compute.results = [replace(result, heat=replace(result.heat, note="No ReLU was met."))]
    back.turn()
    assert back.panel.picture.message.text == ""
    assert back.panel.caption.text().endswith(": No ReLU was met.")


def test_waiting_and_failing_are_told_apart(back: Stage[BackPanel]) -> None:
    back.compute.answering = False
    result = back.turn(method="occlusion").result
    assert back.panel.picture.message.text == "computing ..."
    assert result is not None
    request = back.compute.requests[-1]
    back.compute.results = [replace(result, request=request, error="Out of memory.")]
    back.turn()
    assert back.panel.picture.message.text == "Failed: Out of memory."
    back.compute.results = [replace(result, request=request, heat=None, notes=("Paused while it is slow.",))]
    back.turn()
    assert back.panel.picture.message.text == "Paused while it is slow."


def test_the_choosers_offer_the_sessions_methods_and_change_the_state(back: Stage[BackPanel]) -> None:
    panel = back.panel
    assert [panel.method.itemText(k) for k in range(panel.method.count())] == [
        "off", "gradient", "deconvnet", "guided backprop", "occlusion",
    ]  # fmt: skip
    assert not panel.seed.isEnabled()
    panel.method.activated.emit(3)
    panel.view_chooser.activated.emit(2)
    panel.seed.activated.emit(1)
    click(panel.freeze, 4, 4)
    state = back.turn().state
    assert (state.method, state.back_view, state.seed.kind) == ("guided", "norm", "max")
    assert state.origin == UnitRef(CONV5, 13)
    assert panel.seed.isEnabled()
    assert panel.seed.currentText() == "maximum"


def test_the_picture_is_mirrored_with_the_input(back: Stage[BackPanel]) -> None:
    back.turn(method="deconv")
    picture = back.panel.picture
    left = picture.to_screen(32, 0).x()
    back.turn(mirror=True)
    assert picture.to_screen(32, 0).x() == pytest.approx(picture.width() - left)
