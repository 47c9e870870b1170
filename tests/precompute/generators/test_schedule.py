"""Rates and the adversary over a run, also one whose length was raised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from precompute.generators.schedule import (
    Recipe,
    Stage,
    adversary_due,
    adversary_weight,
    moved,
    rate_factor,
    stage_of,
)
from precompute.generators.topology import Topology

RECIPE = Recipe(
    Topology((12,)),
    pictures=100_000,
    warm_up=10_000,
    decay_from=0.6,
    stages=(Stage(0),),
    adversary_from=0.45,
    adversary_grows=1000,
)


def test_the_rate_rises_holds_and_falls() -> None:
    factors = [rate_factor(RECIPE, seen) for seen in range(0, 100_001, 1000)]
    assert factors[0] < 0.01
    assert set(factors[10:61]) == {1.0}
    assert factors[60:] == sorted(factors[60:], reverse=True)
    assert factors[-1] == pytest.approx(RECIPE.last_rate)


def test_a_run_that_is_made_longer_gets_a_fresh_fall() -> None:
    longer = replace(RECIPE, pictures=300_000)
    assert rate_factor(longer, 100_000) == 1.0
    assert rate_factor(longer, 300_000) == pytest.approx(RECIPE.last_rate)
    assert longer.fixed() == RECIPE.fixed()
    assert replace(RECIPE, batch=2).fixed() != RECIPE.fixed()


def test_the_adversary_comes_late_and_grows() -> None:
    assert not adversary_due(RECIPE, 44_999)
    assert adversary_due(RECIPE, 45_000)
    assert adversary_weight(RECIPE, 40_000, None) == 0
    weights = [adversary_weight(RECIPE, 50_000 + n, 50_000) for n in (0, 500, 1000, 9000)]
    full = RECIPE.adversary
    assert weights == pytest.approx([0, full / 2, full, full])
    without = replace(RECIPE, adversary=0.0)
    assert not adversary_due(without, 100_000)


def test_comparisons_are_moved_by_a_few_pixels_each_batch_otherwise() -> None:
    jittered = replace(RECIPE, stages=(Stage(0), Stage(0.00064, jitter=2)))
    moves = {moved(jittered, seen) for seen in range(64, 64_000, 64)}
    assert len(moves) == 5 * 5 * 2
    assert moved(jittered, 640) == moved(jittered, 640)
    assert moved(jittered, 0) == (0, 0, False)


def test_a_stage_lasts_until_the_next_one() -> None:
    recipe = replace(RECIPE, stages=(Stage(0.001, jitter=1), Stage(0)))
    assert [stage_of(recipe, seen).jitter for seen in (0, 99, 100, 5000)] == [0, 0, 1, 1]
