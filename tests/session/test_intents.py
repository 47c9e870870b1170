from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepvis_app.messages import (
    Grid,
    Mosaic,
    SourceSpec,
    SourceStatus,
    UnitRef,
)
from deepvis_app.session import Session, ViewState, intents
from deepvis_app.session.finding import find
from tests.session.stand_ins import Compute, Source, answer


def test_arrows_walk_the_layers_then_the_tiles_and_back(session: Session, compute: Compute) -> None:
    mosaic = Mosaic(
        "conv1", Grid(6, 3, (8, 8)), np.zeros((4, 4), np.uint8), np.array([5, 4, 3, 2, 1, 0], np.int32), 1.0
    )
    compute.results.append(answer(compute.submitted[-1], mosaic=mosaic))
    session.poll()
    intents.move(session, 0, 1)
    assert session.view.state.layer == "conv2"
    intents.move(session, 0, -5)
    assert session.view.state.layer == "conv1"
    intents.move(session, 1, 0)
    assert session.view.state.in_grid
    intents.move(session, -1, 0)  # unit 0 stands in the second row here
    assert session.view.state.unit == 3
    intents.move(session, 0, -intents.FAST)
    assert session.view.state.unit == 5
    intents.move(session, -1, 0)
    assert not session.view.state.in_grid


def test_the_cycles_are_those_of_2015(session: Session) -> None:
    seen = []
    for _ in range(len(intents.BACK_CYCLE)):
        intents.cycle_back(session)
        seen.append((session.view.state.method, session.view.state.back_view))
    assert seen[:3] == [("gradient", "raw"), ("gradient", "norm"), ("deconv", "raw")]
    assert seen[-1] == ("off", "raw")
    gammas = []
    for _ in intents.GAMMAS:
        intents.cycle_gamma(session)
        gammas.append(session.view.state.scale.gamma)
    assert gammas == [0.7, 0.5, 0.3, 1.0]
    intents.cycle_boost(session)
    assert session.view.state.scale.boost == 0.3


def test_the_backward_grid_switches_a_method_on_and_zoom_skips_an_empty_back_pane(session: Session) -> None:
    for expected in (1, 0):
        intents.cycle_zoom(session)
        assert session.view.state.zoom == expected
    intents.toggle_backward_grid(session)
    assert (session.view.state.method, session.view.state.grid) == ("gradient", "backward")
    for expected in (1, 2, 0):
        intents.cycle_zoom(session)
        assert session.view.state.zoom == expected
    session.change(method="off")
    assert session.view.state.grid == "forward"


def test_the_origin_stays_while_other_layers_are_looked_at(session: Session) -> None:
    intents.select(session, UnitRef("fc8", 2))
    intents.toggle_frozen_origin(session)
    intents.select_layer(session, "conv1")
    assert session.view.state.origin == UnitRef("fc8", 2)
    intents.toggle_frozen_origin(session)
    assert session.view.state.origin is None


def test_reset_undoes_everything_that_changes_the_picture(session: Session) -> None:
    intents.toggle_backward_grid(session)
    intents.select(session, UnitRef("conv2", 4))
    intents.toggle_frozen_origin(session)
    intents.cycle_gamma(session)
    intents.cycle_zoom(session)
    intents.pick_position(session, 2, 2)
    intents.reset(session)
    assert session.view.state == replace(ViewState(), layer="conv1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4", [UnitRef("conv1", 4)]),
        ("99", []),
        ("c2:7", [UnitRef("conv2", 7)]),
        ("conv2", [UnitRef("conv2", 0)]),
        ("bus", [UnitRef("prob", 2), UnitRef("prob", 1)]),
        ("goldfisch", [UnitRef("prob", 0)]),
        ("", []),
    ],
)
def test_units_are_found_by_number_name_and_class(
    session: Session, text: str, expected: list[UnitRef]
) -> None:
    assert find(session.view, text) == expected


@pytest.mark.parametrize("plays", [True, False])
def test_freezing_a_picture_is_explained_and_everything_else_is_held(session: Session, plays: bool) -> None:
    assert isinstance(session.source, Source)
    session.source.now = SourceStatus("running", still=not plays)
    session.poll()
    intents.freeze(session)
    assert [command.action for command in session.source.commands] == ["toggle"] * plays
    assert ("stands still" in session.view.notice) == (not plays)


def test_key_c_goes_between_camera_and_files(session: Session) -> None:
    files, camera = SourceSpec("samples"), SourceSpec("camera", "2")
    intents.toggle_camera(session, files, camera)
    session.poll()
    assert session.view.source.spec == camera
    intents.toggle_camera(session, files, camera)
    session.poll()
    assert session.view.source.spec == files


def test_crop_and_stretch_alternate(session: Session) -> None:
    crops = []
    for _ in range(3):
        intents.toggle_crop(session)
        crops.append(session.view.state.crop)
    assert crops == ["squash", "crop", "squash"]


def test_key_s_goes_through_pictures_and_activations_and_brings_the_grid_back(session: Session) -> None:
    session.change(overview=True, zoom=1)
    kinds = []
    for _ in range(4):
        intents.cycle_pattern(session)
        kinds.append(session.view.state.pattern)
    assert kinds == ["am", "dgn-am", "top", ""]
    assert (session.view.state.overview, session.view.state.zoom) == (False, 0)


def test_gradients_leave_pattern_mode(session: Session) -> None:
    intents.toggle_backward_grid(session)
    intents.show_content(session, "am")
    intents.toggle_backward_grid(session)
    assert (session.view.state.grid, session.view.state.pattern) == ("backward", "")


def test_in_pattern_mode_arrows_follow_the_pictures_and_the_order_of_the_activations(
    session: Session, compute: Compute
) -> None:
    order = np.array([5, 4, 3, 2, 1, 0], np.int32)
    mosaic = Mosaic("conv1", Grid(6, 1, (8, 8)), np.zeros((4, 4), np.uint8), order, 1.0)
    session.change(in_grid=True, unit=5, pattern="top", pane=(100, 640))  # six in one row
    compute.results.append(answer(compute.submitted[-1], mosaic=mosaic))
    session.poll()
    intents.move(session, 0, 2)
    assert session.view.state.unit == 3
    intents.move(session, 1, 0)
    assert session.view.state.unit == 3
