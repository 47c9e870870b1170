"""The rules of a step, re-derived element by element."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from precompute.ppgn.rules import RULES, Terms, apart, drawn_prior, whole
from precompute.ppgn.settings import SETTINGS, Settings, Times, as_json, changed, too_short

N, D = 3, 7
SETTINGS_HERE = replace(SETTINGS["released"], step=0.7, condition=2.0, noise=0.3)


@pytest.fixture
def terms() -> Terms:
    torch.manual_seed(0)
    pull, push, normal = torch.randn(3, N, D) * torch.tensor([5.0, 0.01, 1.0]).view(3, 1, 1)
    return Terms(pull, push, normal, torch.tensor([0.0, 0.3, 1.0]), torch.tensor([0.1, 0.2, 0.0]))


def test_the_released_rule_levels_the_whole_step(terms: Terms) -> None:
    found = whole(terms, SETTINGS_HERE)
    for n in range(N):
        d = [
            float(terms.prior[n] * terms.pull[n, k] + 2.0 * terms.push[n, k] + 0.3 * terms.normal[n, k])
            for k in range(D)
        ]
        size = sum(abs(one) for one in d) / D
        assert found[n].tolist() == pytest.approx([0.7 * one / size for one in d], rel=1e-4)
    assert found.abs().mean(1).tolist() == pytest.approx([0.7] * N)


def test_the_balanced_rule_levels_each_term_and_noise_not_at_all(terms: Terms) -> None:
    found = apart(terms, SETTINGS_HERE)
    for n in range(N):
        pull = sum(abs(float(one)) for one in terms.pull[n]) / D
        push = sum(abs(float(one)) for one in terms.push[n]) / D
        doubt = 2.0 * (1 - float(terms.confidence[n])) ** 0.5
        for k in range(D):
            d = float(terms.prior[n] * terms.pull[n, k]) / pull + doubt * float(terms.push[n, k]) / push
            expected = 0.7 * d + 0.3 * float(terms.normal[n, k])
            assert float(found[n, k]) == pytest.approx(expected, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("rule", RULES)
def test_terms_that_are_nothing_change_nothing(rule: str) -> None:
    zero = torch.zeros(N, D)
    terms = Terms(zero, zero, zero, torch.zeros(N), torch.ones(N))
    assert torch.equal(RULES[rule](terms, SETTINGS_HERE), zero)


def test_the_released_noise_is_nothing_and_the_balanced_one_is_not(terms: Terms) -> None:
    for name, same in (("released", True), ("balanced", False)):
        other = replace(terms, normal=-terms.normal)
        rule = RULES[SETTINGS[name].rule]
        assert torch.equal(rule(terms, SETTINGS[name]), rule(other, SETTINGS[name])) == same


def test_the_prior_is_drawn_anew_evenly_or_evenly_in_its_logarithm() -> None:
    uniform = torch.tensor([0.0, 0.5, 1.0])
    assert drawn_prior(SETTINGS["released"], uniform).tolist() == pytest.approx([1e-6, 5.0005e-3, 1e-2])
    assert drawn_prior(SETTINGS["balanced"], uniform).tolist() == pytest.approx(
        [0.03, 0.09487, 0.3], rel=1e-3
    )
    fixed = changed(SETTINGS["balanced"], {"prior": 0.0}, {})
    assert drawn_prior(fixed, uniform).tolist() == [0.0] * 3


def test_the_released_numbers_are_those_of_the_code_for_a_code_like_caffenets() -> None:
    released = SETTINGS["released"]
    assert (released.step, released.prior, released.condition, released.noise) == (1.0, 1e-5, 1.0, 1e-17)
    assert released.start * released.of_std == pytest.approx(1.0)
    assert 1.13 + released.bound * released.of_std == pytest.approx(30.0)


def test_what_is_changed_is_changed_for_classes_and_hidden_units() -> None:
    made: Settings = changed(SETTINGS["balanced"], {"step": 0.5, "noise": None}, {"steps": 10, "every": None})
    assert (made.step, made.noise) == (0.5, SETTINGS["balanced"].noise)
    assert (made.classes.steps, made.hidden.steps, made.hidden.every) == (10, 10, 10)
    assert made.times(classes=True) is made.classes
    told = as_json(made)
    assert told["classes"]["steps"] == 10
    assert "source" not in told


def test_a_burn_in_without_end_is_told() -> None:
    assert too_short(Times(200, 100, 40, 5, 0.0)) == ""
    assert "A burn-in of 40 steps leaves none of 30" in too_short(Times(200, 30, 40, 5, 0.0))
    assert "leaves none of 20" in too_short(Times(20, 0, 40, 5, 0.0))
