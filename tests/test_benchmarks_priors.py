from __future__ import annotations

import pytest

from benchmarks import priors
from benchmarks.steps import load
from precompute.synthesis.priors import PRIORS, SplitBregman


def test_every_prior_is_measured() -> None:
    assert {name: type(prior) for name, prior in priors.TYPICAL.items()} == PRIORS


@pytest.mark.slow  # a few whole steps
def test_a_row_compares_a_step_with_the_bare_network() -> None:
    row = priors.row(load("caffenet64", "cpu"), "split-bregman", SplitBregman(13.0), 2, 1, target=1000.0)
    assert row.met
    assert "2 pictures with split-bregman" in row.what
    step, bare = (float(number) for number in row.detail.split(" ms")[0].split(" / "))
    assert row.value == pytest.approx(
        step / bare, rel=0.02
    )  # one pair on a busy machine: nothing is said of its size
