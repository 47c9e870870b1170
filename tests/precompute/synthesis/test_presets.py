from __future__ import annotations

import json

import pytest

from precompute.synthesis.objectives import OBJECTIVES
from precompute.synthesis.policies import POLICIES, Constant, Normalised, Progress
from precompute.synthesis.presets import DEFAULT, PRESETS, as_json
from precompute.synthesis.priors import Blur, Decay, SmallContribution, SmallNorm
from precompute.synthesis.recipe import OBJECTIVE_NAMES, POLICY_NAMES, PRESET_NAMES

# Yosinski et al. 2015, Table 1: decay, blur width, blur every, norm percentile, contribution percentile; then the
# iterations and learning rates that the toolbox's documentation names for the same four.
TABLE_1 = {
    "A": (0, 0.5, 4, 50, 0, 500, Progress(2.0, 100.0)),
    "B": (0.3, 0, 0, 20, 0, 750, Constant(100.0)),
    "C": (0.0001, 1.0, 4, 0, 0, 1000, Constant(100.0)),
    "D": (0, 0.5, 4, 0, 90, 1000, Progress(2.0, 1e8)),
}


@pytest.mark.parametrize("name", TABLE_1)
def test_the_presets_of_2015_have_the_numbers_of_the_table(name: str) -> None:
    preset = PRESETS[name]
    decay, width, every, norm, contribution, steps, policy = TABLE_1[name]
    expected = [Decay(decay)] if decay else []
    expected += [Blur(width, every)] if width else []  # type: ignore[list-item]
    expected += [SmallNorm(norm)] if norm else []  # type: ignore[list-item]
    expected += [SmallContribution(contribution)] if contribution else []  # type: ignore[list-item]
    assert list(preset.priors) == expected
    assert (preset.steps, preset.policy_2015, preset.keep) == (steps, policy, "best")
    assert isinstance(preset.policy, Normalised)
    assert preset.noise == pytest.approx(10 / 255)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_written_down(name: str) -> None:
    written = json.loads(json.dumps(as_json(PRESETS[name])))
    assert written["source"]
    assert written["policy"]["name"] in POLICIES
    assert written["steps"] == PRESETS[name].steps


def test_the_options_offer_what_the_tables_have() -> None:
    assert set(PRESET_NAMES) == set(PRESETS)
    assert PRESET_NAMES[0] == DEFAULT
    assert set(POLICY_NAMES) == set(POLICIES)
    assert set(OBJECTIVE_NAMES) == set(OBJECTIVES)
