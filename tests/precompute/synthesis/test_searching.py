from __future__ import annotations

from precompute.synthesis.policies import CodeStep
from precompute.synthesis.presets import PRESETS
from precompute.synthesis.priors import Decay
from precompute.synthesis.searching import RATE, STEP, random_settings


def test_steps_sizes_and_shrinking_are_drawn_from_their_ranges() -> None:
    base = PRESETS["dgn"]
    presets = [one.preset for one in random_settings(base, 200, seed=3)]
    steps = [preset.steps for preset in presets]
    sizes = [preset.policy.step for preset in presets if isinstance(preset.policy, CodeStep)]
    rates = [prior.rate for preset in presets for prior in preset.priors if isinstance(prior, Decay)]
    assert 29 < min(steps) < 60
    assert 300 < max(steps) < 401
    assert len(sizes) == 200
    assert STEP[0] <= min(sizes) < 0.2
    assert 5 < max(sizes) <= STEP[1]
    assert 100 < len(rates) < 180
    assert RATE[0] <= min(rates) < max(rates) <= RATE[1]
    assert {(preset.keep, preset.bound, preset.noise) for preset in presets} == {("last", 3.0, 1.0)}


def test_a_seed_gives_the_same_settings_and_another_seed_others() -> None:
    assert random_settings(PRESETS["dgn"], 5, 1) == random_settings(PRESETS["dgn"], 5, 1)
    assert random_settings(PRESETS["dgn"], 5, 1) != random_settings(PRESETS["dgn"], 5, 2)
