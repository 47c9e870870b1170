"""When the engine is asked for a frame's code, and where a frame lies in the facet map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from deepvis_app.messages import (
    AtlasAnswer,
    CodeOrder,
    CodeSpace,
    Facet,
    FacetMap,
    FacetPoint,
    ModelAnswer,
    ModelChoice,
    UnitPictures,
)
from deepvis_app.session import Session
from deepvis_app.session.facets import live_place, toggle_facets
from tests.session.stand_ins import MODEL, Atlas, Clock, Compute, Source, answer

PLACES = np.array([[0, 0], [1, 0], [10, 0], [11, 0]], np.float32)


def facet_map(layer: str = "conv1", column: bool = True, width: int = 6) -> FacetMap:
    """Four images on a line of codes, two facets; the plane is the codes' first two numbers doubled."""
    axes = np.eye(2, width, dtype=np.float32)
    return FacetMap(
        2 * PLACES,
        np.ones(4, np.float32),
        tuple(FacetPoint(f"{one}.png", None, "", 1.0) for one in range(4)),
        np.zeros((4, 32, 32, 3), np.uint8),
        (Facet((0, 1), (1, 0), 1, 1, 1), Facet((2, 3), (21, 0), 1, 1, 1)),
        CodeSpace(layer, column, np.zeros(width, np.float32), axes, PLACES),
    )


class Program:
    """A session that shows conv1:0, and its stand-ins."""

    def __init__(self) -> None:
        self.compute, self.atlas = Compute(), Atlas()
        self.session = Session(self.compute, Source(), clock=Clock(), atlas=self.atlas)
        self.compute.answers.append(ModelAnswer(ModelChoice("toy"), MODEL))
        self.session.poll()

    def know(self, facets: FacetMap | None) -> None:
        """The atlas answers the newest question."""
        query = self.atlas.asked[-1]
        self.atlas.answers.append(AtlasAnswer(query, UnitPictures(query.ref, facets=facets)))
        self.session.poll()

    def see(self, code: list[float]) -> None:
        """The engine answers the newest request with a frame of this code."""
        request = self.compute.submitted[-1]
        told = np.array(code, np.float32) if request.code is not None else None
        self.compute.results.append(replace(answer(request), code=told))
        self.session.poll()

    def asked(self) -> CodeOrder | None:
        return self.compute.submitted[-1].code


@pytest.fixture
def program() -> Program:
    made = Program()
    made.know(facet_map())
    return made


def test_a_code_is_asked_for_only_while_a_facet_map_is_on_the_screen(program: Program) -> None:
    session = program.session
    asked: list[CodeOrder | None] = []
    acts: tuple[Callable[[], object], ...] = (
        lambda: toggle_facets(session),
        lambda: session.change(show_unit_pictures=False),
        lambda: toggle_facets(session),  # the column comes back with what the key is for
        lambda: session.change(pictures_from="painting"),
    )
    for act in acts:
        act()
        asked.append(program.asked())
    order = CodeOrder("conv1", 0, True)
    assert asked == [order, None, order, None]


def test_a_map_that_comes_while_one_waits_for_it_makes_one_new_request(program: Program) -> None:
    toggle_facets(program.session)
    program.session.change(unit=2)
    assert program.asked() is None
    before = len(program.compute.submitted)
    program.know(facet_map())
    assert program.asked() == CodeOrder("conv1", 2, True)
    program.session.poll()
    assert len(program.compute.submitted) == before + 1


@pytest.mark.parametrize(
    "strange", [facet_map(layer="conv9"), facet_map(width=7), facet_map(layer="odd"), facet_map("conv2")]
)
def test_a_map_that_does_not_fit_the_network_has_no_live_frame(strange: FacetMap) -> None:
    program = Program()
    program.know(strange)
    toggle_facets(program.session)
    assert program.asked() is None
    program.see([0] * 6)
    assert live_place(program.session.view) is None


def test_the_frame_lies_where_the_images_with_codes_like_its_own_lie(program: Program) -> None:
    toggle_facets(program.session)
    assert live_place(program.session.view) is None
    program.see([10.01, 0, 5, 5, 5, 5])  # what is off the axes does not count
    found = live_place(program.session.view)
    assert found is not None
    assert (found.facet, found.votes, found.nearest) == (1, 2, (2, 3, 1, 0))
    assert found.xy == pytest.approx((20, 0), abs=0.1)
    program.see([-3, 0, 0, 0, 0, 0])
    left = live_place(program.session.view)
    assert left is not None
    assert (left.facet, left.nearest[:2]) == (0, (0, 1))
    assert left.xy[0] < found.xy[0] - 10


def test_a_frames_code_of_another_unit_places_nothing(program: Program) -> None:
    toggle_facets(program.session)
    program.see([10, 0, 0, 0, 0, 0])
    program.session.change(unit=1)
    program.know(facet_map())
    assert live_place(program.session.view) is None
