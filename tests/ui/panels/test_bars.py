"""The layer bar with its tree, the scores, the unit's pictures and the status line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from deepvis_app.messages import ModelChoice, Seed, UnitRef
from deepvis_app.session import View, ViewState
from deepvis_app.ui.panels.layer_bar import LayerBarPanel
from deepvis_app.ui.panels.layer_tree import LayerTree
from deepvis_app.ui.panels.scores import ScoresPanel, why_empty
from deepvis_app.ui.panels.status import StatusPanel, how_fast, what_is_shown
from tests.ui.fakes import large_model
from tests.ui.mouse import click, press_key, type_keys
from tests.ui.panels.helpers import Stage


@pytest.fixture
def bar(qtbot: QtBot) -> Stage[LayerBarPanel]:
    return Stage(qtbot, LayerBarPanel, (700, 60))


def tree_of(stage: Stage[LayerBarPanel]) -> LayerTree:
    stage.panel.open_tree()
    return stage.panel.findChildren(LayerTree)[-1]


def test_a_click_on_a_layer_shows_it_with_shape_and_receptive_field(bar: Stage[LayerBarPanel]) -> None:
    box = bar.panel.chips.box_of("features.conv5")
    assert box is not None
    click(bar.panel.chips, box.center().x(), box.center().y())
    assert bar.turn().state.layer == "features.conv5"
    assert bar.panel.info.text() == "conv5  Conv2d, 256 x 8 x 8, sees 51 x 51 px"


def test_a_layer_that_cannot_be_shown_does_nothing(bar: Stage[LayerBarPanel]) -> None:
    box = bar.panel.chips.box_of("features.flatten")
    assert box is not None
    click(bar.panel.chips, box.center().x(), box.center().y())
    assert bar.turn().state.layer == "features.conv1"


def test_the_tree_is_narrowed_by_all_words_and_enter_takes_the_first(qtbot: QtBot) -> None:
    stage = Stage(qtbot, LayerBarPanel, (700, 60), model=large_model())
    tree = tree_of(stage)
    assert len(tree.shown()) == 300
    type_keys(tree.filter, "block3 RELU 14")
    assert tree.shown()
    assert all("block3.relu" in name for name in tree.shown())
    first = tree.shown()[0]
    press_key(tree.filter, Qt.Key.Key_Return)
    assert stage.session.view.state.layer == first
    assert not tree.isVisible()


def test_the_tree_hides_branches_without_a_hit(qtbot: QtBot) -> None:
    stage = Stage(qtbot, LayerBarPanel, (700, 60), model=large_model())
    tree = tree_of(stage)
    tree.narrow("stage4")
    shown = [item.text(0) for k in range(tree.tree.topLevelItemCount())
             if (item := tree.tree.topLevelItem(k)) is not None and not item.isHidden()]  # fmt: skip
    assert shown == ["stage4"]
    tree.close()


def test_the_tree_greys_what_cannot_be_shown_and_never_chooses_it(bar: Stage[LayerBarPanel]) -> None:
    tree = tree_of(bar)
    tree.narrow("flatten")
    assert tree.shown() == ["features.flatten"]
    press_key(tree.filter, Qt.Key.Key_Return)
    assert bar.session.view.state.layer == "features.conv1"
    assert tree.isVisible()
    press_key(tree.filter, Qt.Key.Key_Escape)
    assert not tree.isVisible()


def test_scores_say_why_there_are_none(qtbot: QtBot) -> None:
    stage = Stage(qtbot, ScoresPanel)
    view = stage.session.view
    assert view.result is not None
    assert view.result.scores[0].label.startswith("tabby cat")
    assert why_empty(View(ViewState())) == "No network is loaded."
    assert why_empty(replace(view, result=None)) == "Nothing computed yet."
    assert (
        why_empty(replace(view, result=replace(view.result, error="x")))
        == "The last frame could not be computed."
    )
    assert (
        why_empty(replace(view, result=replace(view.result, scores=())))
        == "This network has no class scores."
    )
    assert (
        why_empty(replace(view, result=replace(view.result, scores=(), scores_note="They are NaN.")))
        == "They are NaN."
    )


def test_the_status_line_says_exactly_what_is_shown(qtbot: QtBot) -> None:
    stage = Stage(qtbot, StatusPanel)
    scale = replace(ViewState().scale, gamma=0.5, boost=0.3, range_policy="frame")
    stage.turn(layer="fc8", unit=3, method="guided", back_view="norm", origin=UnitRef("features.conv5", 7),
               seed=Seed("position", (2, 1)), scale=scale, order="activation", palette="signed")  # fmt: skip
    text = what_is_shown(stage.session.view)
    for part in ("activations", "fc8:3 (lighthouse) = ", "guided 7/7 ReLUs", "conv5:7 (frozen)", "picked (2, 1)",
                 "norm", "gamma 0.5", "boost 0.3", "signed", "by activation", "each frame's own range"):  # fmt: skip
        assert part in text, part
    assert stage.panel.what.text() == text


def test_the_status_line_follows_the_content_of_the_grid(qtbot: QtBot) -> None:
    stage = Stage(qtbot, StatusPanel)
    assert "back: off" in what_is_shown(stage.session.view)
    assert what_is_shown(stage.turn(method="gradient", grid="backward")).startswith("gradients")
    assert what_is_shown(stage.turn(overview=True)).startswith("all layers")


def test_the_value_of_another_unit_is_not_told_as_the_selected_ones(qtbot: QtBot) -> None:
    stage = Stage(qtbot, StatusPanel)
    stage.compute.answering = False
    assert "max" not in what_is_shown(stage.turn(unit=5))


def test_loading_and_no_network_are_said(qtbot: QtBot) -> None:
    stage = Stage(qtbot, StatusPanel)
    stage.session.load_model(ModelChoice("resnet50"))
    assert what_is_shown(stage.turn()) == "Loading resnet50 ..."
    assert what_is_shown(View(ViewState())) == "No network is loaded."
    assert how_fast(View(ViewState())) == ""


def test_more_timings_are_told_with_the_debug_level(qtbot: QtBot) -> None:
    stage = Stage(qtbot, StatusPanel)
    told = [how_fast(stage.turn(debug=level)) for level in (0, 1, 2)]
    assert told[0] == "still  |  net 9.1 ms  |  canned (random) on cpu"
    assert "step 12.5 ms" in told[1]
    assert "render 1.2 ms" in told[2]
    assert "render" not in told[1]


def test_numbers_of_every_frame_wait_for_the_slow_tick(qtbot: QtBot) -> None:
    stage = Stage(qtbot, StatusPanel)
    result = stage.session.view.result
    assert result is not None
    before = stage.panel.speed.text()
    stage.compute.results = [replace(result, timing=replace(result.timing, network_ms=77.7))]
    stage.turn()
    assert stage.panel.speed.text() == before
    stage.panel.slow_tick()
    assert "net 77.7 ms" in stage.panel.speed.text()
