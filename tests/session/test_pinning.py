from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from deepvis_app.messages import (
    AtlasAnswer,
    ModelAnswer,
    ModelChoice,
    PictureFacts,
    PinOrder,
    UnitPicture,
    UnitPictures,
    UnitRef,
)
from deepvis_app.session import Session
from deepvis_app.session.pinning import (
    is_pinned,
    pinned,
    session_top,
    start_afresh,
    toggle_pictures_from,
    toggle_pin,
)
from tests.session.stand_ins import MODEL, Atlas, Clock, Compute, Pins, Source, answer


def record(second: int) -> UnitPicture:
    facts = PictureFacts(more={"seen": f"2026-01-01T00:00:{second:02}+00:00"})
    return UnitPicture("session", 0, np.zeros((4, 4, 3), np.uint8), 1.0, facts)


class Program:
    """A session with a model, showing conv1:0, and its stand-ins."""

    def __init__(self) -> None:
        self.compute, self.atlas, self.pins = Compute(), Atlas(), Pins()
        self.session = Session(self.compute, Source(), clock=Clock(), atlas=self.atlas, pins=self.pins)
        self.compute.answers.append(ModelAnswer(ModelChoice("toy"), MODEL))
        self.session.poll()

    def show(self, *records: UnitPicture) -> None:
        """The engine answers the newest request."""
        request = self.compute.submitted[-1]
        self.compute.results.append(replace(answer(request), session_top=records))
        self.session.poll()

    def know(self, *kept: UnitPicture) -> None:
        """The atlas answers the newest question."""
        query = self.atlas.asked[-1]
        self.atlas.answers.append(AtlasAnswer(query, UnitPictures(query.ref, {"session": kept})))
        self.session.poll()


def test_the_engine_is_asked_for_records_only_while_they_are_shown() -> None:
    program = Program()
    session = program.session
    acts: tuple[Callable[[], object], ...] = (
        lambda: None,
        lambda: toggle_pictures_from(session),
        lambda: session.change(show_unit_pictures=False),
        lambda: toggle_pictures_from(session),  # the column comes back with what the key is for
        lambda: toggle_pictures_from(session),
    )
    asked = []
    for act in acts:
        act()
        asked.append(program.compute.submitted[-1].session_top)
    assert asked == [False, True, False, True, False]
    assert session.view.state.show_unit_pictures


def test_records_are_shown_for_the_unit_that_they_belong_to() -> None:
    program = Program()
    toggle_pictures_from(program.session)
    assert session_top(program.session.view) is None
    records = record(1), record(2)
    program.show(*records)
    assert session_top(program.session.view) == records  # the same objects
    program.session.change(unit=2)
    assert session_top(program.session.view) is None
    program.show()
    assert session_top(program.session.view) == ()


def test_starting_afresh_is_another_round_of_the_request() -> None:
    program = Program()
    toggle_pictures_from(program.session)
    program.show(record(1))
    start_afresh(program.session)
    assert program.compute.submitted[-1].session_round == 1
    assert session_top(program.session.view) is None
    assert "start afresh" in program.session.view.notice


def test_pinning_orders_the_best_record_or_the_one_that_is_named() -> None:
    program = Program()
    toggle_pictures_from(program.session)
    records = record(1), record(2)
    program.show(*records)
    toggle_pin(program.session)
    toggle_pin(program.session, records[1])
    expected = PinOrder("0", "toy", UnitRef("conv1", 0), "conv1:0", records[0])
    assert program.pins.orders == [expected, replace(expected, picture=records[1])]


def test_a_picture_of_a_layer_that_only_passes_units_on_is_pinned_where_its_pictures_are_looked_for() -> None:
    program = Program()
    program.session.change(layer="prob", unit=2)
    toggle_pictures_from(program.session)
    program.show(record(1))
    toggle_pin(program.session)
    assert (program.pins.orders[0].ref, program.pins.orders[0].name) == (UnitRef("fc8", 2), "fc8:2")


def test_what_is_pinned_is_taken_out_by_the_same_key() -> None:
    program = Program()
    toggle_pictures_from(program.session)
    program.show(record(1))
    program.know(replace(record(1), score=3.0))
    view = program.session.view
    assert [seen.score for seen in pinned(view)] == [3.0]
    assert is_pinned(view, record(1))
    assert not is_pinned(view, record(2))
    toggle_pin(program.session)
    assert not program.pins.orders[0].keep


def test_without_a_record_the_person_is_told_how_to_get_one() -> None:
    program = Program()
    toggle_pin(program.session)
    assert program.pins.orders == []
    assert "key 7" in program.session.view.notice


def test_what_came_of_an_order_is_told() -> None:
    program = Program()
    program.pins.sentences += ["Pinned to conv1:0.", "Nothing was pinned."]
    program.session.poll()
    assert program.session.view.notice == "Pinned to conv1:0."
    program.session.poll()
    assert program.session.view.notice == "Nothing was pinned."
