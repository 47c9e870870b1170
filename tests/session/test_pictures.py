"""What the session asks of the atlases, and which answers it shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepvis_app.messages import (
    AtlasAnswer,
    AtlasQuery,
    LayerPictures,
    ModelAnswer,
    ModelChoice,
    UnitPicture,
    UnitPictures,
    UnitRef,
    UnitStats,
)
from deepvis_app.session import Session
from deepvis_app.session.pictures import same_layer, same_unit
from tests.session.stand_ins import MODEL, Atlas, Clock, Compute, Source


@pytest.fixture
def atlas() -> Atlas:
    return Atlas()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session(atlas: Atlas, clock: Clock) -> Session:
    compute = Compute()
    compute.answers.append(ModelAnswer(ModelChoice("toy"), MODEL))
    made = Session(compute, Source(), clock=clock, atlas=atlas)
    made.poll()
    return made


def pictures(ref: UnitRef, level: int = 7) -> UnitPictures:
    rgb = np.full((4, 4, 3), level, np.uint8)
    return UnitPictures(ref, {"am": (UnitPicture("am", 0, rgb, 2.0),)})


def tiles(query: AtlasQuery, level: int = 7) -> LayerPictures:
    made = np.full((query.units, 2, 2, 3), level, np.uint8)
    return LayerPictures(query.ref.layer, query.pattern, made, (True,) * query.units)


def shown(session: Session) -> tuple[UnitPictures | None, LayerPictures | None]:
    return session.view.pictures, session.view.pattern


def answered(session: Session, atlas: Atlas, level: int = 7) -> bool:
    """Whether an answer to the newest question changed the view."""
    query = atlas.asked[-1]
    session.poll()
    layer = tiles(query, level) if query.pattern else None
    atlas.answers.append(AtlasAnswer(query, pictures(query.ref, level), layer))
    return session.poll() is not None


def test_a_selection_is_asked_for_at_once(session: Session, atlas: Atlas) -> None:
    session.change(layer="conv2", unit=4)
    assert atlas.asked[-1] == AtlasQuery("0", UnitRef("conv2", 4), 10)
    assert shown(session) == (None, None)
    assert answered(session, atlas)
    pictures, _ = shown(session)
    assert pictures is not None
    assert pictures.ref == UnitRef("conv2", 4)


def test_nothing_is_asked_while_there_is_no_network(atlas: Atlas) -> None:
    made = Session(Compute(), Source(), atlas=atlas)
    made.change(unit=3)
    made.poll()
    assert atlas.asked == []


def test_a_layer_that_only_passes_units_on_shows_those_of_its_source(session: Session, atlas: Atlas) -> None:
    session.change(layer="prob", unit=2)
    assert atlas.asked[-1].ref == UnitRef("fc8", 2)


def test_the_same_question_is_put_again_about_once_a_second(
    session: Session, atlas: Atlas, clock: Clock
) -> None:
    asked = len(atlas.asked)
    for _ in range(40):
        clock.now += 0.1
        session.poll()
    assert len(atlas.asked) - asked in (3, 4)
    assert len(set(atlas.asked[asked:])) == 1


def test_an_answer_to_an_earlier_selection_is_dropped(session: Session, atlas: Atlas) -> None:
    late = atlas.asked[-1]
    session.change(unit=3)
    atlas.answers.append(AtlasAnswer(late, pictures(late.ref)))
    session.poll()
    assert session.view.pictures is None


def test_another_selection_forgets_the_pictures_of_the_last(session: Session, atlas: Atlas) -> None:
    answered(session, atlas)
    session.change(unit=3)
    assert session.view.pictures is None


def test_what_did_not_change_stays_the_same_object_and_changes_no_view(
    session: Session, atlas: Atlas
) -> None:
    session.change(pattern="am")
    answered(session, atlas)
    first = session.view
    assert not answered(session, atlas)
    assert session.view is first
    assert answered(session, atlas, level=8)
    assert session.view.pictures is not first.pictures
    assert session.view.pattern is not first.pattern


def test_the_layers_pictures_stay_while_another_of_its_units_is_selected(
    session: Session, atlas: Atlas
) -> None:
    session.change(pattern="am")
    assert atlas.asked[-1].pattern == "am"
    answered(session, atlas)
    _, layer = shown(session)
    assert layer is not None
    session.change(unit=2)
    assert shown(session) == (None, layer)
    session.change(pattern="top")
    assert shown(session)[1] is None
    answered(session, atlas)
    session.change(layer="conv2")
    assert shown(session)[1] is None
    session.change(pattern="")
    answered(session, atlas)
    assert shown(session)[1] is None


def test_without_atlases_the_session_works(clock: Clock) -> None:
    made = Session(Compute(), Source(), clock=clock)
    made.change(unit=3)
    made.poll()
    assert made.view.pictures is None


def test_answers_are_compared_in_every_field_and_pixel() -> None:
    ref = UnitRef("conv1", 0)
    one = pictures(ref)
    assert same_unit(one, pictures(ref))
    for other in (
        pictures(UnitRef("conv1", 1)),
        pictures(ref, 8),
        replace(one, error="damaged"),
        replace(one, notes={"top": "never active"}),
        replace(one, stats=UnitStats(1, 0.0, 0.0, (), 0.0)),
        replace(one, pictures={}),
        replace(one, pictures={"am": one.pictures["am"] * 2}),
        replace(one, pictures={"am": (replace(one.pictures["am"][0], score=3.0),)}),
    ):
        assert not same_unit(one, other)
    query = AtlasQuery("0", ref, 3, "am")
    layer = tiles(query)
    assert same_layer(layer, tiles(query))
    for another in (tiles(query, 9), replace(layer, have=(True, False, True)), replace(layer, error="x")):
        assert not same_layer(layer, another)
