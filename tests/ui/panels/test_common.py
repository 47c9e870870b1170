from __future__ import annotations

from dataclasses import replace

import pytest

from deepvis_app.messages import Cell, ReceptiveField, UnitRef
from deepvis_app.render.palettes import PALETTES
from deepvis_app.session import ViewState
from deepvis_app.ui.panels.common import (
    PointedCell,
    clipped,
    field_text,
    seen_box,
    table_of,
    to_frame,
    unit_name,
)  # fmt: skip
from tests.ui.fakes import canned_model, canned_result, canned_session

MODEL = canned_model()


def test_a_unit_is_named_by_its_alias_and_its_class() -> None:
    assert unit_name(MODEL, UnitRef("features.conv5", 13)) == "conv5:13"
    assert unit_name(MODEL, UnitRef("fc8", 3)) == "fc8:3 (lighthouse)"
    assert unit_name(MODEL, UnitRef("gone", 3)) == "gone:3"
    assert unit_name(None, UnitRef("gone", 3)) == "gone:3"


def test_receptive_fields_in_words() -> None:
    assert field_text(MODEL.layer("features.conv1")) == "sees 11 x 11 px"
    assert field_text(MODEL.layer("fc6")) == "sees the whole input"
    assert field_text(replace(MODEL.layer("fc6"), receptive_field=None)) == "receptive field not known"


def test_what_a_position_sees() -> None:
    layer = replace(MODEL.layer("features.conv5"), receptive_field=ReceptiveField((30, 20), (8, 4), (-3, -2)))
    assert seen_box(layer, 2, 5, (64, 64)) == (13, 18, 43, 38)
    assert seen_box(MODEL.layer("fc6"), 0, 0, (64, 48)) == (0, 0, 64, 48)
    assert seen_box(replace(layer, receptive_field=None), 0, 0, (64, 64)) is None


@pytest.mark.parametrize("input_box", [(0, 40, 240, 280), (0, 0, 240, 320), (-40, 0, 280, 320)])
def test_the_input_lands_on_its_part_of_the_frame_and_its_middle_on_the_middle(
    input_box: tuple[int, int, int, int],
) -> None:
    assert to_frame((0, 0, 64, 48), (64, 48), input_box) == pytest.approx(input_box)
    y, x, _, _ = to_frame((32, 24, 32, 24), (64, 48), input_box)
    assert (y, x) == ((input_box[0] + input_box[2]) / 2, (input_box[1] + input_box[3]) / 2)


def test_boxes_are_cut_at_the_picture_and_vanish_outside() -> None:
    assert clipped((-5, 3, 10, 50), (8, 20)) == (0, 3, 8, 20)
    assert clipped((-5, 3, 0, 50), (8, 20)) is None
    assert clipped((2, 20, 4, 30), (8, 20)) is None


def test_gradients_are_red_and_green_unless_another_colour_was_chosen() -> None:
    assert table_of(ViewState(), "forward") is PALETTES["gray"]
    assert table_of(ViewState(), "backward") is PALETTES["redgreen"]
    assert table_of(ViewState(palette="signed"), "backward") is PALETTES["signed"]


def test_the_pointed_cell_waits_for_the_answer_to_the_last_one() -> None:
    session, compute, _ = canned_session()
    compute.answering = False
    pointed, sent = PointedCell(session), len(compute.requests)
    for x in range(5):
        pointed.point(Cell(1, 0, x))
    assert [r.cell for r in compute.requests[sent:]] == [Cell(1, 0, 0)]
    compute.results = [canned_result(MODEL, compute.requests[-1])]
    pointed.flush(session.poll() or session.view)
    assert [r.cell for r in compute.requests[sent:]] == [Cell(1, 0, 0), Cell(1, 0, 4)]
    compute.results = [canned_result(MODEL, compute.requests[-1])]
    pointed.flush(session.poll() or session.view)
    assert len(compute.requests) == sent + 2


def test_leaving_with_the_mouse_is_sent_like_any_other_cell() -> None:
    session, compute, _ = canned_session()
    pointed = PointedCell(session)
    pointed.point(Cell(1, 0, 0))
    session.poll()
    pointed.point(None)
    assert compute.requests[-1].cell is None
