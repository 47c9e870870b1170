"""The ways of painting that are not those of the studies."""

from __future__ import annotations

import pytest

from precompute.comparison.painting import last_only
from precompute.ppgn.settings import SETTINGS, too_short


@pytest.mark.parametrize(
    ("steps", "classes", "runs"), [(None, True, 1), (8, True, 1), (1, True, 1), (None, False, 10)]
)
@pytest.mark.parametrize("name", SETTINGS)
def test_a_chain_gives_the_states_with_which_its_runs_end(
    name: str, steps: int | None, classes: bool, runs: int
) -> None:
    settings, ends = last_only(SETTINGS[name], steps, classes=classes)
    times = settings.times(classes=classes)
    assert ends == runs
    assert times.steps == (steps or SETTINGS[name].times(classes=classes).steps)
    assert times.threshold == 0
    assert too_short(times) == ""
    run = times.reset or times.steps
    due = [
        since for since in range(run) if since >= times.burn_in and (since - times.burn_in) % times.every == 0
    ]
    assert due == [run - 1]


def test_fewer_steps_than_a_reset_are_one_run() -> None:
    settings, ends = last_only(SETTINGS["balanced"], 30, classes=False)
    assert (ends, settings.hidden.reset, settings.hidden.burn_in) == (1, 30, 29)
