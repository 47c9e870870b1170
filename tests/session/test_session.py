from __future__ import annotations

import pytest

from deepvis_app.messages import (
    ModelAnswer,
    ModelChoice,
    SourceStatus,
)
from deepvis_app.session import Session, ViewState
from tests.session.stand_ins import MODEL, Clock, Compute, Source, answer


def test_a_loaded_model_is_asked_for_its_start_layer_at_once(session: Session, compute: Compute) -> None:
    assert session.view.state.layer == "conv1"
    assert compute.submitted[-1].layer == "conv1"


def test_the_program_starts_at_the_named_layer_or_says_what_is_there(compute: Compute) -> None:
    compute.answers.append(ModelAnswer(ModelChoice("toy"), MODEL))
    named = Session(compute, Source(), ViewState(layer="c2", unit=7))
    named.poll()
    assert (named.view.state.layer, named.view.state.unit) == ("conv2", 7)
    compute.answers.append(ModelAnswer(ModelChoice("toy"), MODEL))
    wrong = Session(compute, Source(), ViewState(layer="conv7", unit=7))
    wrong.poll()
    assert (wrong.view.state.layer, wrong.view.state.unit) == ("conv1", 0)
    assert "no layer 'conv7'; the nearest are conv2, conv1" in wrong.view.notice


def test_skipped_pictures_are_named_once_each_time_and_a_failure_is_left_to_its_pane(
    session: Session,
) -> None:
    source = session.source
    assert isinstance(source, Source)
    for message in ("Skipped: a.png is empty.", "Skipped: a.png is empty.", "", "Skipped: b.png is empty."):
        source.now = SourceStatus("running", message=message)
        session.poll()
    assert session.view.notice == "Skipped: b.png is empty."
    assert session.view.notice_number == 2
    source.now = SourceStatus("failed", message="There is no camera 3.")
    session.poll()
    assert session.view.notice_number == 2


def test_only_changes_that_need_computing_make_a_request(session: Session, compute: Compute) -> None:
    asked = len(compute.submitted)
    session.change(palette="signed", mirror=True, show_scores=False)
    session.change(unit=0)
    assert len(compute.submitted) == asked
    session.change(unit=3)
    assert len(compute.submitted) == asked + 1
    assert compute.submitted[-1].generation > compute.submitted[-2].generation


def test_an_answer_to_an_earlier_click_is_dropped(session: Session, compute: Compute) -> None:
    session.change(unit=1)
    late = compute.submitted[-1]
    session.change(unit=2)
    compute.results.append(answer(late))
    session.poll()
    assert session.view.result is None
    assert not session.view.fresh
    compute.results.append(answer(compute.submitted[-1]))
    session.poll()
    assert session.view.fresh


def test_poll_tells_nothing_when_nothing_happened(session: Session) -> None:
    session.poll()
    assert session.poll() is None


def test_a_failed_load_keeps_the_old_model_and_says_why(session: Session, compute: Compute) -> None:
    session.load_model(ModelChoice("nonesuch"))
    assert compute.choices == [ModelChoice("nonesuch")]
    compute.answers.append(ModelAnswer(ModelChoice("nonesuch"), error="no such model"))
    session.poll()
    assert session.view.model is MODEL
    assert session.view.loading is None
    assert session.view.notice == "no such model"


def test_each_change_of_network_is_told_and_no_failed_one(compute: Compute) -> None:
    told: list[int] = []
    session = Session(compute, Source())
    session.loaded = lambda: told.append(1)
    for answered in (ModelAnswer(ModelChoice("toy"), MODEL), ModelAnswer(ModelChoice("toy"), error="no")):
        compute.answers.append(answered)
        session.poll()
        assert len(told) == 1


def test_an_error_is_said_once_not_for_every_frame(session: Session, compute: Compute) -> None:
    for index in (1, 2, 3):
        compute.results.append(answer(compute.submitted[-1], index, error="broken"))
        session.poll()
    assert session.view.notice_number == 1


def test_a_still_picture_has_no_frame_rate_also_after_a_change_of_model(
    session: Session, compute: Compute, clock: Clock
) -> None:
    for _ in range(2):
        clock.now += 0.1
        compute.results.append(answer(compute.submitted[-1], 4))
        session.poll()
        compute.answers.append(ModelAnswer(ModelChoice("toy"), MODEL))
        session.poll()
    assert session.view.fps == 0


def test_the_frame_rate_is_smoothed_and_hidden_when_idle(
    session: Session, compute: Compute, clock: Clock
) -> None:
    for index in range(1, 6):
        clock.now += 0.1
        compute.results.append(answer(compute.submitted[-1], index))
        session.poll()
    assert session.view.fps == pytest.approx(10)
    clock.now += 3
    session.poll()
    assert session.view.fps == 0
