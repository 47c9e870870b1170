"""The PRIORS table: every entry keeps the hooks' promises."""

from __future__ import annotations

import inspect
from dataclasses import fields

import pytest
import torch
from torch import Tensor

from precompute.synthesis.dice import Dice
from precompute.synthesis.priors import PRIORS, Moment, Prior

HOOKS = {"transform", "penalty", "project"}
# What an entry needs to do something; an entry with numbers of its own in every field is not listed.
NUMBERS: dict[str, dict[str, float]] = {
    "decay": {"rate": 0.1},
    "blur": {"width": 1.0},
    "small-norm": {"percent": 40.0},
    "small-contribution": {"percent": 40.0},
    "variation": {"weight": 1.0},
}


def prior(name: str) -> Prior:
    return PRIORS[name](**NUMBERS.get(name, {}))


def moment(seeds: list[int], gradient: Tensor) -> Moment:
    return Moment(0, 10, 1.0, Dice(seeds).uniform, 1.0, gradient)


def all_hooks(name: str, x: Tensor, gradient: Tensor, seeds: list[int]) -> list[Tensor]:
    entry = prior(name)
    penalty = entry.penalty(x, moment(seeds, gradient))
    outputs = [entry.transform(x, moment(seeds, gradient)), entry.project(x, moment(seeds, gradient))]
    return outputs if penalty is None else [*outputs, penalty]


def batch(channels: int = 3) -> tuple[Tensor, Tensor]:
    dice = torch.Generator().manual_seed(0)
    shape = (3, channels, 12, 16)
    return torch.randn(shape, generator=dice) * 0.2, torch.randn(shape, generator=dice)


@pytest.mark.parametrize("name", PRIORS)
def test_it_is_a_record_with_a_source_and_no_methods_but_the_hooks(name: str) -> None:
    kind = PRIORS[name]
    assert kind.__doc__
    assert fields(prior(name))  # type: ignore[arg-type]
    own = {key for key, value in vars(kind).items() if inspect.isfunction(value) and not key.startswith("_")}
    assert own
    assert own <= HOOKS


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", PRIORS)
def test_it_does_something_and_keeps_the_shape(name: str, channels: int) -> None:
    x, gradient = batch(channels)
    outputs = all_hooks(name, x, gradient, [0, 1, 2])
    assert all(output.shape in (x.shape, (3,)) for output in outputs)
    assert all(bool(output.isfinite().all()) for output in outputs)
    assert any(output.shape == (3,) or not torch.equal(output, x) for output in outputs)


@pytest.mark.parametrize("name", PRIORS)
def test_every_picture_is_treated_by_itself(name: str) -> None:
    x, gradient = batch()
    together = all_hooks(name, x, gradient, [0, 1, 2])
    for k in range(3):
        alone = all_hooks(name, x[k : k + 1], gradient[k : k + 1], [k])
        for one, of_all in zip(alone, together, strict=True):
            assert torch.allclose(one[0], of_all[k], atol=1e-6)


@pytest.mark.parametrize("name", PRIORS)
def test_the_picture_that_is_given_stays_as_it_was(name: str) -> None:
    x, gradient = batch()
    before = x.clone()
    all_hooks(name, x, gradient, [0, 1, 2])
    assert torch.equal(x, before)


@pytest.mark.parametrize("name", PRIORS)
def test_transform_and_penalty_can_be_differentiated(name: str) -> None:
    x, gradient = batch()
    leaf = x.requires_grad_()
    seen = prior(name).transform(leaf, moment([0, 1, 2], gradient))
    cost = prior(name).penalty(leaf, moment([0, 1, 2], gradient))
    total = seen.square().sum() + (0 if cost is None else cost.sum())
    (found,) = torch.autograd.grad(total, leaf)
    assert bool(found.isfinite().all())
    assert float(found.abs().max()) > 0
