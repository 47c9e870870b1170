"""Painting follows the selection: what is ordered, when, and which looks are shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepvis_app.messages import (
    AtlasAnswer,
    ModelAnswer,
    ModelChoice,
    Painting,
    PaintOrder,
    PictureFacts,
    PinOrder,
    UnitPicture,
    UnitPictures,
    UnitRef,
)
from deepvis_app.session import Session, intents
from deepvis_app.session import painting as paints
from deepvis_app.session.painting import SETTLE_S
from tests.session.paint_stand_ins import Program
from tests.session.stand_ins import MODEL, Compute, Source, answer


@pytest.fixture
def program() -> Program:
    return Program()


def painted(at: str = "t0", score: float = 1.0) -> UnitPicture:
    return UnitPicture("painted", 0, np.zeros((4, 4, 3), np.uint8), score, PictureFacts(more={"painted": at}))


def test_a_press_begins_at_once_and_shows_the_painting(program: Program) -> None:
    paints.toggle_painting(program.session)
    state = program.session.view.state
    assert (state.painting, state.pictures_from, state.show_unit_pictures) == (True, "painting", True)
    (order,) = program.port.orders
    assert order.words[:3] == order.fixed == ("paint", "--model", "toy")
    assert order.words[3:] == ("--unit", "conv1:0", "--method", "dgn-am", "--pictures", "1")
    assert order.lines == ("method dgn-am", "pictures 1", "unit conv1:0")
    assert (order.ref, order.second, order.name) == (UnitRef("conv1", 0), None, "conv1:0")
    assert program.state == "starting"
    look = program.look(step=3)
    assert program.session.view.painting is look


def test_what_is_chosen_is_said(program: Program) -> None:
    program.session.change(layer="prob", unit=2, paint_method="am", paint_count=4, paint_generator="mine")
    program.session.change(second=UnitRef("prob", 1))
    paints.toggle_painting(program.session)
    order = program.port.orders[0]
    assert order.words[3:] == (
        *("--generator", "mine", "--unit", "fc8:2", "--method", "am", "--pictures", "4", "--with", "fc8:1"),
    )
    assert order.lines == ("method am", "pictures 4", "unit fc8:2 fc8:1")
    assert order.second == UnitRef("fc8", 1)
    assert order.name == "fc8:2 + 1"


def test_what_the_child_can_be_turned_to_is_painted_at_once(program: Program) -> None:
    paints.toggle_painting(program.session)
    program.look(step=3, pictures=(painted(),))
    program.session.change(unit=1)
    program.session.change(layer="conv2", unit=7)
    program.session.change(paint_method="am", paint_count=9)
    assert [order.lines for order in program.port.orders[1:]] == [
        ("method dgn-am", "pictures 1", "unit conv1:1"),
        ("method dgn-am", "pictures 1", "unit c2:7"),
        ("method am", "pictures 9", "unit c2:7"),
    ]
    assert "end" not in program.port.did
    assert program.session.view.painting == Painting(program.port.orders[-1])
    look = program.look(step=1)
    assert program.session.view.painting is look
    paints.poke(program.session)
    assert program.port.did[-1] == "poke"


def test_another_generator_ends_the_old_child_at_once_and_is_begun_when_the_selection_rests(
    program: Program,
) -> None:
    paints.toggle_painting(program.session)
    program.look()
    for generator in ("a", "b", "c"):
        program.session.change(paint_generator=generator, unit=len(generator))
        program.later(SETTLE_S / 2)
        assert program.state == "starting"
    assert program.port.did[1:] == ["end"]
    program.later()
    assert [order.fixed[3:] for order in program.port.orders] == [(), ("--generator", "c")]
    program.later()
    assert len(program.port.orders) == 2


def test_a_look_at_an_earlier_order_does_not_count(program: Program) -> None:
    paints.toggle_painting(program.session)
    old = Painting(program.port.orders[0], "painting", step=9)
    program.session.change(unit=1)
    program.port.looks.append(old)
    program.later()
    assert program.session.view.painting == Painting(program.port.orders[1])


def test_stopped_the_picture_stays_until_another_unit_is_selected(program: Program) -> None:
    paints.toggle_painting(program.session)
    look = program.look(step=3, pictures=(painted(),))
    paints.toggle_painting(program.session)
    assert program.port.did[-1] == "end"
    assert program.session.view.painting == replace(look, state="stopped")
    program.session.change(unit=1)
    assert program.state == ""
    program.later()
    assert len(program.port.orders) == 1


@pytest.mark.parametrize("state", ["failed", "stopped"])
def test_one_whose_child_is_gone_is_not_begun_again_by_itself(program: Program, state: str) -> None:
    paints.toggle_painting(program.session)
    program.look(state=state, sentence="There is no generator.")
    assert not program.painting
    assert program.state == state
    program.later()
    assert len(program.port.orders) == 1
    paints.toggle_painting(program.session)
    assert len(program.port.orders) == 2


def test_where_nobody_looks_another_unit_ends_it(program: Program) -> None:
    paints.toggle_painting(program.session)
    program.look()
    program.session.change(pictures_from="data")
    program.session.change(method="gradient")
    assert program.session.view.state.painting
    program.session.change(unit=1)
    program.later()
    assert program.port.did[1:] == ["end"]


@pytest.mark.parametrize("seen", [True, False])
def test_another_network_ends_it_and_is_painted_where_that_is_seen(program: Program, seen: bool) -> None:
    paints.toggle_painting(program.session)
    if not seen:
        program.session.change(show_unit_pictures=False)
    other = replace(MODEL, choice=ModelChoice("other"), fingerprint="1")
    program.compute.answers.append(ModelAnswer(other.choice, other))
    program.session.poll()
    assert program.port.did[1:] == ["end"]
    program.later()
    assert [order.words[2] for order in program.port.orders] == (["toy", "other"] if seen else ["toy"])


def test_words_reach_the_child_and_without_one_the_person_is_told(program: Program) -> None:
    for act in (paints.poke, paints.again, paints.toggle_pause):
        act(program.session)
        assert program.session.view.notice == paints.NOT_PAINTING
    paints.toggle_painting(program.session)
    program.look()
    for act in (paints.poke, paints.again, paints.toggle_pause):
        act(program.session)
    program.look(state="paused")
    paints.toggle_pause(program.session)
    assert program.port.did[1:] == ["poke", "again", "pause", "go"]


def seeing(program: Program, shape: tuple[int, int, int] | None) -> None:
    """The engine answers with a network input of this shape."""
    seen = None if shape is None else np.zeros(shape, np.uint8)
    program.compute.results.append(replace(answer(program.compute.submitted[-1]), network_input=seen))
    program.session.poll()


def test_a_frame_begins_a_painting_or_sets_one_that_is_there_anew(program: Program) -> None:
    paints.start_from_input(program.session)
    assert program.session.view.notice == paints.NO_INPUT
    seeing(program, (16, 16, 3))
    paints.start_from_input(program.session)
    assert [type(one) for one in program.port.did] == [PaintOrder, tuple]
    program.session.change(paint_generator="mine")  # not begun yet
    paints.start_from_input(program.session)
    paints.start_from_input(program.session)
    assert [type(one) for one in program.port.did[2:]] == [str, PaintOrder, tuple, tuple]
    program.port.full = True
    paints.start_from_input(program.session)
    assert "No space left" in program.session.view.notice


def test_without_a_network_or_a_painter_the_person_is_told(program: Program) -> None:
    program.session.paints.port = None
    paints.toggle_painting(program.session)
    assert program.session.view.notice == paints.NO_PAINTER
    empty = Session(Compute(), Source())
    paints.toggle_painting(empty)
    assert empty.view.notice == paints.NO_UNIT
    assert not empty.view.state.painting


def test_the_strongest_is_kept_once_and_another_when_it_is_named(program: Program) -> None:
    paints.keep(program.session)
    assert program.session.view.notice == paints.NOTHING_TO_KEEP
    paints.toggle_painting(program.session)
    pictures = painted("t0", 1.0), painted("t1", 2.0)
    program.look(pictures=pictures, strongest=1)
    paints.keep(program.session)
    paints.keep(program.session, pictures[0])
    expected = PinOrder("0", "toy", UnitRef("conv1", 0), "conv1:0", pictures[1])
    assert program.pins.orders == [expected, replace(expected, picture=pictures[0])]
    query = program.atlas.asked[-1]
    program.atlas.answers.append(AtlasAnswer(query, UnitPictures(query.ref, {"painted": (pictures[1],)})))
    program.session.poll()
    paints.keep(program.session)
    assert program.session.view.notice == paints.KEPT_ALREADY
    paints.keep(program.session, pictures[1])
    assert program.pins.orders[2:] == [replace(expected, keep=False)]


def test_a_second_unit_is_marked_painted_too_and_taken_away_again(program: Program) -> None:
    session = program.session
    paints.mark_second(session, 0)
    assert session.view.notice == paints.ONE_UNIT
    paints.mark_second(session, 4)
    assert program.port.orders[0].second == UnitRef("conv1", 4)
    assert program.port.orders[0].words[-2:] == ("--with", "conv1:4")
    paints.mark_second(session, 4)
    program.later()
    assert program.port.orders[1].second is session.view.state.second is None


def test_the_second_unit_is_legal_after_every_change(program: Program) -> None:
    session = program.session
    changes: tuple[tuple[dict[str, object], bool], ...] = (
        ({"unit": 2}, True),
        ({"unit": 4}, False),  # the same
        ({"layer": "fc8"}, False),
        ({"second": UnitRef("conv1", 6)}, False),  # conv1 has 0 to 5
        ({"second": UnitRef("conv1", -1)}, False),
    )
    for change, stays in changes:
        session.change(layer="conv1", unit=0, second=UnitRef("conv1", 4))
        session.change(**change)
        assert (session.view.state.second is not None) == stays, change


def test_esc_takes_the_mark_away_and_nothing_else(program: Program) -> None:
    program.session.change(unit=2, second=UnitRef("conv1", 4))
    intents.reset(program.session)
    assert (program.session.view.state.unit, program.session.view.state.second) == (2, None)
    intents.reset(program.session)
    assert program.session.view.state.unit == 0
