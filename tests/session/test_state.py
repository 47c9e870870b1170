from __future__ import annotations

import pytest

from deepvis_app.messages import (
    Cell,
    Seed,
    UnitRef,
)
from deepvis_app.session import UnknownNameError, ViewState, named_unit
from deepvis_app.session.state import legal, request_of
from tests.session.stand_ins import MODEL


def test_a_unit_out_of_range_is_named_with_its_range() -> None:
    with pytest.raises(UnknownNameError, match="fc8 has no unit 3; its units are 0 to 2"):
        named_unit(MODEL, "fc8", 3)


@pytest.mark.parametrize(
    "state",
    [
        ViewState(),
        ViewState(layer="odd", unit=99),
        ViewState(layer="fc8", unit=-4, zoom=2, grid="backward"),
        ViewState(layer="conv2", unit=77, cell=Cell(3, 9, 9), origin=UnitRef("gone", 1)),
        ViewState(layer="conv2", method="deconv", seed=Seed("position", (9, -1)), origin=UnitRef("fc8", 2)),
    ],
)
def test_what_is_legal_stays_as_it_is(state: ViewState) -> None:
    once = legal(state, MODEL)
    assert legal(once, MODEL) == once
    layer = MODEL.layer(once.layer)
    assert 0 <= once.unit < layer.units


def test_illegal_wishes_are_clamped() -> None:
    state = legal(ViewState(layer="conv2", unit=77, cell=Cell(3, 9, 9), seed=Seed("position", (9, 9))), MODEL)
    assert (state.unit, state.cell, state.seed.position) == (9, None, (3, 3))
    assert legal(ViewState(layer="conv1", zoom=2), MODEL).zoom == 1
    assert legal(ViewState(layer="conv1", origin=UnitRef("fc8", 3)), MODEL).origin is None


def test_the_backward_pass_starts_at_the_frozen_origin() -> None:
    request = request_of(ViewState(layer="conv1", unit=2, origin=UnitRef("fc8", 1)), 7)
    assert request.seed_unit() == UnitRef("fc8", 1)
    assert request_of(ViewState(layer="conv1", unit=2), 7).seed_unit() == UnitRef("conv1", 2)
