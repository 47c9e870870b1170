"""What is said of compared methods; the SCORES table is that of the command."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepvis_app.jobs import JobSpec, JobView
from deepvis_app.messages import MethodResult, UnitComparison, UnitRef
from deepvis_app.ui.method_words import (
    SCORES,
    is_best,
    known_scores,
    score_tip,
    state_words,
    value,
    waiting_word,
)
from precompute.comparison.measures import MEASURES, written
from precompute.comparison.scores import Row
from tests.ui.fakes_atlas import some_methods

REF = UnitRef("fc8", 3)


def test_the_scores_are_the_commands_measures_written_alike() -> None:
    assert [score.key for score in SCORES] == [measure.key for measure in MEASURES]
    for score, measure in zip(SCORES, MEASURES, strict=True):
        for number in (0.0, 0.123456, 87.65, -3.21):
            row = Row("tv", (), (), {}, {score.key: number})
            found = value(score, MethodResult("tv", scores={score.key: number}))
            assert found.replace(" %", "%") == written(measure, row)
        assert score.tip
        assert not score.tip.endswith(".")


def test_only_figures_that_a_method_has_are_shown() -> None:
    assert [score.key for score in known_scores(some_methods(REF))] == [
        "activation",
        "seen",
        "diversity",
        "seconds",
    ]
    assert known_scores(UnitComparison(REF)) == ()


def test_the_best_stands_out_only_among_others() -> None:
    known = some_methods(REF, 2)
    activation, diversity = SCORES[0], SCORES[5]
    assert [is_best(activation, row, known) for row in known.methods] == [False, True]
    assert not any(is_best(diversity, row, known) for row in known.methods)  # all alike
    alone = some_methods(REF, 1, 3)
    assert not is_best(activation, alone.methods[0], alone)


def test_what_is_not_known_is_told_as_such_and_words_are_escaped() -> None:
    row = MethodResult("<b>", scores={})
    known = replace(some_methods(REF), methods=(row,), judges=("<i>",))
    assert "not known" in score_tip(SCORES[0], row, known)
    assert "&lt;i&gt;" in score_tip(SCORES[4], row, known)


@pytest.mark.parametrize(
    ("state", "words"),
    [("running", ["being made ...", "to come"]), ("queued", ["to come", "to come"]),
     ("done", ["not made", "not made"]), ("failed", ["not made", "not made"])],
)  # fmt: skip
def test_what_becomes_of_the_methods_that_are_to_come(state: str, words: list[str]) -> None:
    job = JobView("1", JobSpec("a", ("compare",)), state)  # type: ignore[arg-type]
    assert [waiting_word(place, job) for place in range(2)] == words
    assert waiting_word(0, None) == "not made"


def test_a_failed_job_says_so_beside_what_it_finished() -> None:
    job = JobView("1", JobSpec("a", ("compare",)), "failed", "The disk is full.", elapsed_s=3)
    assert state_words(some_methods(REF, 1, 1), job) == "1 of 2 methods.  Failed (3 s): The disk is full."
