"""The selected unit's value among its values in a data set."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from deepvis_app.messages import UnitPictures, UnitRef
from deepvis_app.ui.panels.unit import UnitPanel
from deepvis_app.ui.panels.unit_standing import NO_STATS
from tests.ui.fakes import activations, canned_model
from tests.ui.fakes_atlas import FakeAtlas, some_stats
from tests.ui.panels.helpers import Stage

CONV5, CONV1, POOL1 = "features.conv5", "features.conv1", "features.pool1"
Shown = Stage[UnitPanel]


@pytest.fixture
def stage(qtbot: QtBot) -> Shown:
    atlas = FakeAtlas()
    for ref in (UnitRef(CONV5, 13), UnitRef(CONV1, 2), UnitRef("fc8", 3)):
        atlas.units[ref] = UnitPictures(ref, stats=some_stats())
    made = Stage(qtbot, UnitPanel, (300, 400), atlas=atlas)
    made.turn(layer=CONV5, unit=13)
    made.turn()
    return made


def told(stage: Shown) -> str:
    return stage.panel.standing.words.text()


def test_the_value_of_the_frame_is_placed_among_the_images(stage: Shown) -> None:
    value = float(activations(canned_model().layer(CONV5))[13].max())
    assert told(stage) == f"above {int(10 * value)} % of 10,000 images"
    assert stage.panel.standing.histogram.isVisible()
    assert "val, 10000 images" in stage.panel.standing.histogram.toolTip()


def test_the_words_follow_with_the_slow_tick(stage: Shown) -> None:
    before, result = told(stage), stage.session.view.result
    assert result is not None
    assert result.unit is not None
    stage.compute.results = [replace(result, unit=replace(result.unit, maximum=11.0))]
    stage.turn()
    assert told(stage) == before
    stage.panel.slow_tick()
    assert told(stage) == "above all 10,000 images"


def test_without_statistics_it_says_what_makes_them(stage: Shown) -> None:
    stage.turn(unit=14)
    assert told(stage) == NO_STATS
    assert not stage.panel.standing.histogram.isVisible()
    stage.turn(unit=13)
    assert told(stage) != NO_STATS


def test_a_pool_is_measured_like_its_convolution_and_a_softmax_is_not(stage: Shown) -> None:
    stage.turn(layer=POOL1, unit=2)
    assert told(stage).startswith("above ")
    stage.turn(layer="prob", unit=3)
    assert told(stage) == "Statistics: see fc8; prob is on another scale."
    assert not stage.panel.standing.histogram.isVisible()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_no_number_is_not_placed(stage: Shown, value: float) -> None:
    result = stage.session.view.result
    assert result is not None
    assert result.unit is not None
    stage.compute.results = [replace(result, unit=replace(result.unit, maximum=value))]
    stage.turn()
    stage.panel.slow_tick()
    assert stage.panel.standing.histogram.span == (0.0, 10.0)


def test_another_networks_standing_goes_at_once(stage: Shown) -> None:
    view = stage.session.view
    assert view.model is not None
    other = replace(view, model=replace(view.model, fingerprint="other"), pictures=None, result=None)
    stage.panel.standing.show_standing(other)
    assert told(stage) == ""
    assert not stage.panel.standing.histogram.isVisible()


def test_statistics_without_quantiles_are_shown(stage: Shown) -> None:
    view = stage.session.view
    assert view.pictures is not None
    bare = replace(some_stats(), quantiles=())
    stage.panel.standing.show_standing(replace(view, pictures=replace(view.pictures, stats=bare)))
    assert stage.panel.standing.histogram.isVisible()
