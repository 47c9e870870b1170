"""The PRIORS table: every entry keeps the hooks' promises."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from precompute.synthesis.dice import Dice
from precompute.synthesis.policies import mean_size, per_picture
from precompute.synthesis.priors import PRIORS, Moment, Prior, PriorError

HOOKS = {"transform", "around", "regard", "penalty", "project"}
MOST_HOOKS = 3
# What an entry needs to do something; an entry with numbers of its own in every field is not listed.
NUMBERS: dict[str, dict[str, float]] = {
    "decay": {"rate": 0.1},
    "blur": {"width": 1.0},
    "small-norm": {"percent": 40.0},
    "small-contribution": {"percent": 40.0},
    "split-bregman": {"weight": 10.0},
    "noise": {"deviation": 0.1},
    "gradient-blur": {"width": 1.0},
    "variation": {"weight": 1.0},
    "alpha-norm": {"weight": 1.0},
    "patch-colours": {"weight": 1.0},
}
# The same with which it does nothing.
OFF: dict[str, dict[str, float]] = {
    "decay": {"rate": 0.0},
    "blur": {"width": 0.0},
    "small-norm": {"percent": 0.0},
    "small-contribution": {"percent": 0.0},
    "split-bregman": {"weight": 1e9},  # so heavy that the picture stays where it is
    "bilateral": {"width": 0.0},
    "noise": {"deviation": 0.0},
    "jitter": {"shift": 0.0, "turn": 0.0, "zoom": 0.0},
    "shift": {"pixels": 0.0, "slack": 0.0},
    "centre-bias": {"share": 1.0},
    "path-dropout": {"share": 0.0},
    "gradient-blur": {"width": 0.0},
    "laplacian": {"strength": 0.0},
    "variation": {"weight": 0.0},
    "alpha-norm": {"weight": 0.0},
    "patch-colours": {"weight": 0.0},
}
# Numbers with which none could work.
WRONG: dict[str, dict[str, float]] = {
    "decay": {"rate": 1.1},
    "blur": {"width": 1.0, "every": 0},
    "small-norm": {"percent": 101.0},
    "small-contribution": {"percent": -1.0},
    "split-bregman": {"weight": 0.0},
    "bilateral": {"width": 100.0},
    "noise": {"deviation": -0.1},
    "jitter": {"zoom": 1.0},
    "shift": {"pixels": -1.0},
    "centre-bias": {"share": 0.0},
    "path-dropout": {"share": 1.0},
    "gradient-blur": {"width": -1.0},
    "laplacian": {"levels": 0},
    "variation": {"weight": -1.0},
    "alpha-norm": {"weight": 1.0, "bound": 0.0},
    "patch-colours": {"weight": -1.0},
}
SEEDS = (0, 1, 2)


def prior(name: str) -> Prior:
    return PRIORS[name](**NUMBERS.get(name, {}))


def moment(seeds: Sequence[int], gradient: Tensor | None = None, **more: Any) -> Moment:
    return Moment(0, 10, 1.0, Dice(seeds).uniform, 1.0, gradient, **more)


def batch(channels: int = 3, height: int = 20, width: int = 24) -> tuple[Tensor, Tensor]:
    dice = torch.Generator().manual_seed(0)
    shape = (3, channels, height, width)
    return torch.randn(shape, generator=dice) * 0.2, torch.randn(shape, generator=dice)


def values(pictures: Tensor) -> Tensor:
    """A small network with one rectifier: (N,) values."""
    dice = torch.Generator().manual_seed(1)
    first = torch.randn(16, pictures.shape[1], 3, 3, generator=dice)
    last = torch.randn(1, 16, 3, 3, generator=dice)
    return F.conv2d(F.relu(F.conv2d(pictures, first)), last).flatten(1).square().mean(1)


def stepped(entry: Prior, x: Tensor, at: Moment) -> Tensor:
    """One step of an ascent, with all hooks in their order."""
    leaf = x.clone().requires_grad_()
    seen = entry.transform(leaf + 0.5, at)
    if at.size is not None:
        top, left = ((side - size) // 2 for side, size in zip(x.shape[-2:], at.size, strict=True))
        seen = seen[..., top : top + at.size[0], left : left + at.size[1]]
    with entry.around(at):
        value = values(seen)
    (gradient,) = torch.autograd.grad(value.sum(), leaf)
    step = entry.regard(gradient, at)
    cost = entry.penalty(leaf, at)
    if cost is not None:
        step = step - per_picture(mean_size(step), step) * torch.autograd.grad(cost.sum(), leaf)[0]
    moved = x + 0.05 * step / per_picture(mean_size(step), step)
    return entry.project(moved, replace(at, gradient=gradient))


@pytest.mark.parametrize("name", PRIORS)
def test_it_is_a_record_with_a_source_and_few_methods_that_are_hooks(name: str) -> None:
    kind = PRIORS[name]
    assert kind.__doc__
    assert fields(prior(name))  # type: ignore[arg-type]
    own = {key for key, value in vars(kind).items() if inspect.isfunction(value) and not key.startswith("_")}
    assert 1 <= len(own) <= MOST_HOOKS
    assert own <= HOOKS


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", PRIORS)
def test_it_does_something_and_keeps_the_shape(name: str, channels: int) -> None:
    x, _ = batch(channels)
    found = stepped(prior(name), x, moment(SEEDS))
    assert found.shape == x.shape
    assert bool(found.isfinite().all())
    assert not torch.allclose(found, stepped(Prior(), x, moment(SEEDS)), atol=1e-4)


@pytest.mark.parametrize("name", PRIORS)
def test_at_zero_strength_it_does_nothing(name: str) -> None:
    x, _ = batch()
    found = stepped(PRIORS[name](**OFF[name]), x, moment(SEEDS))
    assert torch.allclose(found, stepped(Prior(), x, moment(SEEDS)), atol=1e-5)


@pytest.mark.parametrize("name", PRIORS)
def test_numbers_that_mean_nothing_are_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(PriorError, match=rf"^[A-Zs].*{name}.*\.$"):
        PRIORS[name](**WRONG[name])


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 3), (3, 17), (5, 5)])
@pytest.mark.parametrize("name", PRIORS)
def test_the_smallest_fields_are_pictures_too(name: str, height: int, width: int) -> None:
    x, gradient = batch(3, height, width)
    entry, at = prior(name), moment(SEEDS, gradient)
    cost = entry.penalty(x, at)
    found = [entry.transform(x, at), entry.regard(gradient, at), entry.project(x, at)]
    assert all(one.shape == x.shape and bool(one.isfinite().all()) for one in found)
    assert cost is None or (cost.shape == (3,) and bool(cost.isfinite().all()))


@pytest.mark.parametrize("name", PRIORS)
def test_every_picture_is_treated_by_itself(name: str) -> None:
    x, _ = batch()
    together = stepped(prior(name), x, moment(SEEDS))
    for k in SEEDS:
        alone = stepped(prior(name), x[k : k + 1], moment([k]))
        assert torch.allclose(alone[0], together[k], atol=1e-5)


@pytest.mark.parametrize("name", PRIORS)
def test_the_same_seeds_give_the_same_pictures(name: str) -> None:
    x, _ = batch()
    assert torch.equal(stepped(prior(name), x, moment(SEEDS)), stepped(prior(name), x, moment(SEEDS)))


@pytest.mark.parametrize("name", PRIORS)
def test_on_a_larger_canvas_it_works_as_well(name: str) -> None:
    x, _ = batch()
    found = stepped(prior(name), x, moment(SEEDS, size=(16, 16)))
    assert found.shape == x.shape
    assert bool(found.isfinite().all())


@pytest.mark.parametrize("name", PRIORS)
def test_where_nothing_leads_anywhere_nothing_breaks(name: str) -> None:
    x, _ = batch()
    at = moment(SEEDS, torch.zeros_like(x))
    assert torch.equal(prior(name).regard(torch.zeros_like(x), at), torch.zeros_like(x))
    assert bool(prior(name).project(torch.zeros_like(x), at).isfinite().all())


@pytest.mark.parametrize("name", PRIORS)
def test_the_picture_that_is_given_stays_as_it_was(name: str) -> None:
    x, gradient = batch()
    before, gradient_before = x.clone(), gradient.clone()
    entry, at = prior(name), moment(SEEDS, gradient)
    entry.transform(x, at)
    entry.penalty(x, at)
    entry.regard(gradient, at)
    entry.project(x, at)
    assert torch.equal(x, before)
    assert torch.equal(gradient, gradient_before)


@pytest.mark.parametrize("name", PRIORS)
def test_transform_and_penalty_can_be_differentiated(name: str) -> None:
    x, gradient = batch()
    leaf = x.requires_grad_()
    seen = prior(name).transform(leaf, moment(SEEDS, gradient))
    cost = prior(name).penalty(leaf, moment(SEEDS, gradient))
    total = seen.square().sum() + (0 if cost is None else cost.sum())
    (found,) = torch.autograd.grad(total, leaf)
    assert bool(found.isfinite().all())
    assert float(found.abs().max()) > 0
