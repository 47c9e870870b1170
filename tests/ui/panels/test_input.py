from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepvis_app.messages import Cell, SourceSpec, SourceStatus
from deepvis_app.render.overlay import STRONGEST, heat_colours
from deepvis_app.ui.panels.input import HINT, InputPanel, heat_cover, shown_frame
from tests.ui.fakes import canned_frame, canned_result
from tests.ui.mouse import click
from tests.ui.panels.helpers import Stage

VIDEO = SourceStatus("running", SourceSpec("video", "clip.mp4"), "clip.mp4", length=20, position=5,
                     can_step=True, can_seek=True, still=False)  # fmt: skip


@pytest.fixture
def stage(qtbot: QtBot) -> Stage[InputPanel]:
    return Stage(qtbot, InputPanel, (400, 360))


def corners(stage: Stage[InputPanel], mark: str = "field") -> list[float] | None:
    """Top, left, bottom, right of a mark in picture pixels."""
    rect = stage.panel.image.mark(mark)
    return None if rect is None else [rect.top(), rect.left(), rect.bottom(), rect.right()]


def test_the_field_of_the_cell_under_the_mouse_lies_right_in_the_frame(stage: Stage[InputPanel]) -> None:
    # The frame is 240 x 320, its middle square of 240 becomes the 64 x 64 input: 3.75 frame pixels each, from
    # column 40 on. Position (3, 4) of conv5 sees 51 pixels from 3 * 8 - 25 = -1 and 4 * 8 - 25 = 7 on.
    stage.turn(layer="features.conv5", cell=Cell(5, 3, 4))
    assert corners(stage) == pytest.approx([0, 40 + 7 * 3.75, 50 * 3.75, 40 + 58 * 3.75])


def test_in_the_network_input_the_field_lies_in_its_own_pixels(stage: Stage[InputPanel]) -> None:
    stage.turn(layer="features.conv5", cell=Cell(5, 3, 4), show_network_input=True)
    assert stage.panel.image.picture_size == pytest.approx((64, 64))
    assert corners(stage) == [0, 7, 50, 58]
    assert corners(stage, "shown") is None


def test_without_a_cell_the_field_of_the_units_maximum_is_shown(stage: Stage[InputPanel]) -> None:
    stage.turn(layer="features.conv1", unit=9, show_network_input=True)
    result = stage.session.view.result
    assert result is not None
    assert result.unit is not None
    y, x = result.unit.maximum_at
    top, left = y * 2 - 5, x * 2 - 5
    assert corners(stage) == [max(top, 0), max(left, 0), min(top + 11, 64), min(left + 11, 64)]


def test_layers_that_see_everything_have_the_whole_input_as_their_field(stage: Stage[InputPanel]) -> None:
    stage.turn(layer="fc6", unit=9)
    assert corners(stage) == [0, 40, 240, 280]


def test_the_part_that_the_network_gets_is_marked_in_the_frame(stage: Stage[InputPanel]) -> None:
    assert corners(stage, "shown") == [0, 40, 240, 280]


def test_the_heat_covers_the_part_that_the_network_gets_and_stops_when_switched_off(
    stage: Stage[InputPanel],
) -> None:
    plain = stage.panel.image.grab().toImage()
    stage.turn(method="deconv", heat_on_input=True)
    heated = stage.panel.image.grab().toImage()
    at = stage.panel.image.to_screen(96, 40 + 0.6 * 240).toPoint()
    beside = stage.panel.image.to_screen(96, 20).toPoint()
    assert heated.pixelColor(at) != plain.pixelColor(at)
    assert heated.pixelColor(beside) == plain.pixelColor(beside)
    stage.turn(heat_on_input=False)
    assert stage.panel.image.grab().toImage().pixelColor(at) == plain.pixelColor(at)


def test_the_heats_colours_are_the_overlays_and_its_opacity_its_strength() -> None:
    level = np.array([[0.0, 0.5, 1.0]], np.float32)
    cover = heat_cover(level)
    assert cover[..., :3].astype(int) == pytest.approx(heat_colours(level).astype(int), abs=2)
    assert cover[0, :, 3].tolist() == pytest.approx([0, 255 * STRONGEST / 2, 255 * STRONGEST], abs=1)


def test_heat_without_a_backward_pass_says_what_to_do(stage: Stage[InputPanel]) -> None:
    click(stage.panel.heat, 4, 4)
    assert "backward method" in stage.session.view.notice
    assert stage.session.view.state.heat_on_input


def test_the_computed_frame_is_shown_unless_the_network_is_far_behind(stage: Stage[InputPanel]) -> None:
    session, computed = stage.session, stage.compute.frame
    stage.source.frame = replace(canned_frame(2), captured_at=computed.captured_at + 0.1)
    assert shown_frame(stage.turn())[0] is computed
    stage.source.frame = replace(canned_frame(3), captured_at=computed.captured_at + 0.9)
    assert shown_frame(stage.turn()) == (stage.source.frame, None)
    result = session.view.result
    assert result is not None
    stage.compute.results = [replace(result, error="It broke.")]
    assert shown_frame(stage.turn()) == (stage.source.frame, None)


def test_the_states_of_a_source_are_said_and_a_failed_one_can_be_tried_again(
    stage: Stage[InputPanel],
) -> None:
    message = stage.panel.image.message
    stage.source.now = SourceStatus("failed", message="The camera is in use.")
    stage.turn()
    assert message.text == "The camera is in use."
    click(message.button, 5, 5)
    assert stage.source.commands[-1].action == "retry"
    stage.source.now = SourceStatus("opening", title="camera 0")
    stage.turn()
    assert message.text == "Opening camera 0 ..."
    stage.source.now = SourceStatus("running", title="camera 0")
    stage.turn()
    assert message.text == ""


def test_with_no_source_there_is_a_hint(qtbot: QtBot) -> None:
    stage = Stage(qtbot, InputPanel, answering=False)
    stage.source.now, stage.source.frame = SourceStatus(), None
    stage.turn()
    assert stage.panel.image.message.text == HINT


def test_name_true_class_and_place_in_the_folder_are_told(stage: Stage[InputPanel]) -> None:
    stage.source.now = SourceStatus(
        "running", SourceSpec("folder", "x"), "x", position=3, length=8, can_step=True
    )
    stage.turn()
    assert stage.panel.caption.text() == "disc.png  true class: disc  3 of 8"


def test_the_toggles_change_the_state_and_show_it(stage: Stage[InputPanel]) -> None:
    panel = stage.panel
    for button in (panel.exact, panel.mirror, panel.squash):
        click(button, 4, 4)
    state = stage.turn().state
    assert (state.show_network_input, state.mirror, state.crop) == (True, True, "squash")
    assert panel.exact.isChecked()
    assert panel.mirror.isChecked()
    assert panel.squash.isChecked()


def test_a_video_has_all_controls_and_they_command_the_source(stage: Stage[InputPanel]) -> None:
    stage.source.now = VIDEO
    stage.turn()
    controls = stage.panel.transport
    assert controls.slider.value() == 250
    for button in (controls.previous, controls.play, controls.next, controls.loop):
        click(button, 4, 4)
    controls.slider.setValue(500)
    controls.speed.activated.emit(0)
    told = [(c.action, c.value) for c in stage.source.commands]
    assert told == [("previous", 0), ("toggle", 0), ("next", 0), ("loop", 0), ("seek", 10), ("speed", 0.25)]


def test_play_shows_what_a_click_will_do(stage: Stage[InputPanel]) -> None:
    for state, sign in (("running", "pause"), ("paused", "play"), ("ended", "play")):
        stage.source.now = replace(VIDEO, state=state)  # type: ignore[arg-type]
        stage.turn()
        assert stage.panel.transport.play.sign == sign


@pytest.mark.parametrize(
    ("kind", "can", "shown"),
    [
        ("camera", {}, {"play"}),
        ("picture", {}, set()),
        ("folder", {"can_step": True, "can_seek": True}, {"previous", "next", "slider"}),
        (
            "video",
            {"can_step": True, "can_seek": True},
            {"previous", "next", "slider", "play", "speed", "loop"},
        ),
    ],
)
def test_only_what_the_source_can_do_is_offered(
    stage: Stage[InputPanel], kind: str, can: dict[str, bool], shown: set[str]
) -> None:
    still = kind in ("picture", "folder")
    now = SourceStatus("running", SourceSpec(kind, "x"), length=8, still=still)
    stage.source.now = replace(now, **can)  # type: ignore[arg-type]
    stage.turn()
    controls = stage.panel.transport
    names = ("previous", "next", "slider", "play", "speed", "loop")
    assert {name for name in names if not getattr(controls, name).isHidden()} == shown
    assert controls.isHidden() == (not shown)


def test_moving_the_slider_by_hand_is_not_undone_by_the_source(stage: Stage[InputPanel]) -> None:
    stage.source.now = VIDEO
    stage.turn()
    slider = stage.panel.transport.slider
    slider.setSliderDown(True)
    slider.setValue(900)
    stage.source.now = replace(VIDEO, position=6)
    stage.turn()
    assert slider.value() == 900
    slider.setSliderDown(False)


def test_a_mirrored_input_keeps_its_boxes_on_the_same_pixels(stage: Stage[InputPanel]) -> None:
    stage.turn(layer="features.conv5", cell=Cell(5, 3, 4))
    before, at = corners(stage), stage.panel.image.to_screen(10, 60)
    stage.turn(mirror=True)
    assert corners(stage) == before
    mirrored = stage.panel.image.to_screen(10, 60)
    assert mirrored.x() == pytest.approx(stage.panel.image.width() - at.x())


def test_an_answer_of_another_frame_size_moves_the_boxes_with_it(stage: Stage[InputPanel]) -> None:
    frame = canned_frame(9, (480, 480))
    request = stage.compute.requests[-1]
    assert stage.compute.model is not None
    stage.compute.results = [canned_result(stage.compute.model, request, frame)]
    stage.turn()
    assert stage.panel.image.picture_size == pytest.approx((480, 480))
    assert corners(stage, "shown") is None  # the network gets all of it
