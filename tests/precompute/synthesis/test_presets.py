from __future__ import annotations

import json

import pytest

from precompute.synthesis.objectives import OBJECTIVES
from precompute.synthesis.policies import POLICIES, CodeStep, Constant, Normalised, Progress
from precompute.synthesis.presets import DEFAULT, PRESETS, as_json, presets_for
from precompute.synthesis.priors import Blur, Decay, SmallContribution, SmallNorm
from precompute.synthesis.recipe import CODE_PRESET_NAMES, OBJECTIVE_NAMES, POLICY_NAMES, PRESET_NAMES

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
    assert presets_for(codes=False) == PRESET_NAMES
    assert presets_for(codes=True) == CODE_PRESET_NAMES
    assert PRESET_NAMES[0] == DEFAULT
    assert set(POLICY_NAMES) == {name for name, kind in POLICIES.items() if kind is not CodeStep}
    assert set(OBJECTIVE_NAMES) == set(OBJECTIVES)


def test_what_am_records_of_a_preset_is_what_it_always_was() -> None:
    """A run is known by its parameters: another name in them and no run of the past is taken up again."""
    assert set(as_json(PRESETS[DEFAULT])) == {
        "title", "source", "steps", "policy", "priors", "noise", "keep", "natural",
    }  # fmt: skip


def test_the_published_settings_of_dgn_am() -> None:
    written = as_json(PRESETS["dgn"])
    assert (written["steps"], written["bound"], written["keep"], written["noise"]) == (200, 3.0, "last", 1.0)
    assert written["policy"] == {"name": "code-step", "step": 2.0, "end": 0.0}
    assert written["priors"] == [{"name": "decay", "rate": 0.01}]
