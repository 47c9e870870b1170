"""When a unit's comparison of methods is asked for, which answers count, and which job makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from deepvis_app.jobs import JobSpec, JobView
from deepvis_app.messages import (
    AtlasAnswer,
    MethodResult,
    ModelAnswer,
    ModelChoice,
    UnitComparison,
    UnitPictures,
    UnitRef,
)
from deepvis_app.session import Session, ViewState
from deepvis_app.session.methods import comparing, toggle_methods
from tests.session.stand_ins import MODEL, Atlas, Clock, Compute, Source

AT = ViewState(layer="fc8", unit=2, pictures_from="methods")


@pytest.fixture
def atlas() -> Atlas:
    return Atlas()


@pytest.fixture
def session(atlas: Atlas) -> Session:
    compute = Compute()
    compute.answers.append(ModelAnswer(ModelChoice("toy"), MODEL))
    made = Session(compute, Source(), clock=Clock(), atlas=atlas)
    made.poll()
    return made


def job(*words: str, state: str = "running", key: str = "1") -> JobView:
    return JobView(key, JobSpec("a job", words), state)  # type: ignore[arg-type]


def answer(atlas: Atlas, found: UnitComparison | None) -> None:
    query = atlas.asked[-1]
    atlas.answers.append(AtlasAnswer(query, UnitPictures(query.ref), methods=found))


def test_it_is_asked_for_only_while_it_is_on_the_screen(session: Session, atlas: Atlas) -> None:
    asked = [atlas.asked[-1].methods]
    acts: tuple[Callable[[], object], ...] = (
        lambda: toggle_methods(session),
        lambda: session.change(show_unit_pictures=False),
        lambda: toggle_methods(session),  # the column comes back with what the key is for
        lambda: toggle_methods(session),
    )
    for act in acts:
        act()
        asked.append(atlas.asked[-1].methods)
    assert asked == [False, True, False, True, False]
    assert session.view.state.pictures_from == "data"


def test_an_answer_is_shown_until_another_unit_is_selected(session: Session, atlas: Atlas) -> None:
    toggle_methods(session)
    found = UnitComparison(atlas.asked[-1].ref, (MethodResult("tv"),))
    answer(atlas, found)
    view = session.poll()
    assert view is not None
    assert view.methods is found
    answer(atlas, found)
    assert session.poll() is None  # nothing new
    session.change(unit=1)
    assert session.view.methods is None
    answer(atlas, found)
    atlas.answers[-1] = replace(atlas.answers[-1], query=replace(atlas.asked[-1], ref=UnitRef("conv1", 5)))
    session.poll()
    assert session.view.methods is None


def test_the_job_is_the_one_for_this_unit_of_this_network() -> None:
    other = job("compare", "--model", "toy", "--unit", "fc8:1", key="other")
    mine = job("compare", "--model", "toy", "--device", "cpu", "--unit", "fc8:2", "--seeds", "2", key="mine")
    older = replace(mine, key="older", state="failed")
    assert comparing(MODEL, AT, (other, mine, older)) is mine
    assert comparing(MODEL, AT, (other,)) is None
    for words in (
        ("am", "--model", "toy", "--unit", "fc8:2"),
        ("compare", "--model", "toy", "--weights", "random", "--unit", "fc8:2"),
        ("compare", "--model", "toy2", "--unit", "fc8:2"),
        ("compare", "--model", "toy", "--labels", "/names", "--unit", "fc8:2"),
        ("compare", "--model", "toy", "--classes", "20"),
        ("compare", "--model", "toy", "--unit"),
    ):
        assert comparing(MODEL, AT, (job(*words),)) is None, words


def test_a_layer_that_passes_units_on_has_the_job_of_the_layer_before_it() -> None:
    mine = job("compare", "--model", "toy", "--unit", "fc8:2")
    assert comparing(MODEL, replace(AT, layer="prob"), (mine,)) is mine


def test_a_job_is_told_only_while_the_methods_are_on_the_screen(session: Session) -> None:
    mine = job("compare", "--model", "toy", "--unit", "c2:3")
    session.change(layer="conv2", unit=3)
    session.see_jobs((mine,))
    assert session.view.comparing is None
    toggle_methods(session)
    shown = session.poll()
    assert shown is not None
    assert shown.comparing == mine
    session.see_jobs((mine,))
    assert session.poll() is None  # the same
    session.see_jobs((replace(mine, done=1),))
    view = session.poll()
    assert view is not None
    assert view.comparing == replace(mine, done=1)
    session.change(unit=4)
    assert session.view.comparing is None


def test_without_a_network_nothing_is_compared() -> None:
    assert comparing(None, AT, (job("compare", "--model", "toy", "--unit", "fc8:2"),)) is None
