"""Total variation by split Bregman, against scikit-image and a slow way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from skimage.restoration import denoise_tv_bregman
from torch import Tensor
from torch.nn import functional as F

from precompute.synthesis.priors import PriorError, SplitBregman
from precompute.synthesis.priors.bregman import denoised
from tests.precompute.synthesis.priors.moments import moment

BORDER = 16  # scikit-image ties the border to the noisy picture; that far in it is not felt


def scene(count: int = 2, side: int = 64, noise: float = 0.05) -> Tensor:
    """(count, 3, side, side) in 0..1: a disc of another colour in each, and noise."""
    dice = torch.Generator().manual_seed(0)
    y, x = torch.meshgrid(torch.arange(float(side)), torch.arange(float(side)), indexing="ij")
    disc = ((y - side / 2 + 3) ** 2 + (x - side / 2) ** 2 < side**2 / 14).float()
    colours = torch.rand(count, 3, 1, 1, generator=dice)
    clean = 0.25 + 0.5 * disc * colours
    return clean + noise * torch.randn(count, 3, side, side, generator=dice)


@pytest.mark.parametrize("weight", [5.0, 13.0, 100.0, 500.0])
def test_it_finds_what_scikit_image_finds(weight: float) -> None:
    x = scene()
    found, _ = denoised(x.flatten(0, 1), weight, 150)
    for picture, ours in zip(x.double(), found.view_as(x), strict=True):
        theirs = denoise_tv_bregman(
            picture.permute(1, 2, 0).numpy(), weight, max_num_iter=300, eps=1e-9, channel_axis=-1
        )
        inside = slice(BORDER, -BORDER)
        difference = np.abs(ours.permute(1, 2, 0).numpy() - theirs)[inside, inside]
        assert difference.max() < 1e-3
        assert np.abs(picture.permute(1, 2, 0).numpy() - theirs)[inside, inside].max() > 3e-3


def test_at_the_borders_nothing_changes_beyond() -> None:
    """A solution balances: weight * (f - u) is what the shrunk differences pull, each picture's sum included."""
    x = scene(1).flatten(0, 1).double()
    found, dual = denoised(x, 13.0, 400)
    across, down = dual.unbind(0)
    pull = torch.zeros_like(x)
    for y in range(64):
        for z in range(64):
            pull[:, y, z] += (across[:, y, z] if z < 63 else 0) - (across[:, y, z - 1] if z else 0)
            pull[:, y, z] += (down[:, y, z] if y < 63 else 0) - (down[:, y - 1, z] if y else 0)
    assert torch.allclose(13.0 * (found - x), pull, atol=1e-8)
    assert torch.allclose(found.mean((1, 2)), x.mean((1, 2)), atol=1e-9)
    step = torch.stack(torch.gradient(found, dim=(1, 2))).square().sum(0).sqrt()
    assert float(step.median()) < 0.01 < float(step.max())  # flat, with edges


def test_few_sweeps_from_the_last_steps_solution_are_as_good_as_many_from_the_start() -> None:
    x = scene(1).flatten(0, 1)
    nudge = 0.01 * torch.randn(x.shape, generator=torch.Generator().manual_seed(1))
    exact, _ = denoised(x + nudge, 50.0, 300)
    _, dual = denoised(x, 50.0, 100)
    cold, _ = denoised(x + nudge, 50.0, 10)
    warm, _ = denoised(x + nudge, 50.0, 10, dual)
    assert float((warm - exact).abs().mean()) < float((cold - exact).abs().mean()) / 4
    assert float((warm - exact).abs().mean()) < 1e-3


def test_the_weight_for_values_to_255_is_that_for_values_to_1_over_255() -> None:
    x = scene(1).flatten(0, 1)
    small, _ = denoised(x, 255 * 0.05, 20)
    large, _ = denoised(x * 255, 0.05, 20)
    assert torch.allclose(small * 255, large, atol=1e-2)


def test_few_sweeps_stay_within_the_pictures_own_values() -> None:
    x = scene(1).flatten(0, 1)
    _, dual = denoised(x, 500.0, 50)
    found, _ = denoised(x, 0.01, 1, dual)
    assert bool((found.amax((1, 2)) <= x.amax((1, 2))).all())
    assert bool((found.amin((1, 2)) >= x.amin((1, 2))).all())


def test_a_picture_of_half_the_side_is_smoothed_as_the_whole_one_is() -> None:
    """With the weight for its side; with that for the larger one, details of the same size in sides are lost."""
    large, weight = scene(side=128, noise=0.0), 20.0
    y, x = torch.meshgrid(torch.linspace(0, 1, 128), torch.linspace(0, 1, 128), indexing="ij")
    large = large + 0.1 * torch.sin(24 * torch.pi * x) * torch.sin(24 * torch.pi * y)  # waves of 1 / 12 side
    small = F.avg_pool2d(large, 2)
    prior = SplitBregman(weight, sweeps=400)
    wanted = F.avg_pool2d(prior.project(large, moment(scale=128 / 224)), 2)
    scaled = prior.project(small, moment(scale=64 / 224))
    unscaled, _ = denoised(small.flatten(0, 1), weight * 224 / 128, 400)  # the larger one's
    errors = [float((one.view_as(wanted) - wanted).abs().mean()) for one in (scaled, unscaled, small)]
    assert errors[0] < errors[1] / 8
    assert errors[0] < errors[2] / 10


def test_on_a_small_input_the_fewest_sweeps_suffice_from_the_start() -> None:
    x, scale = scene(side=64), 64 / 224
    exact = SplitBregman(25.0, sweeps=2000).project(x, moment(scale=scale))
    found = SplitBregman(25.0, sweeps=4).project(x, moment(scale=scale))
    assert torch.equal(found, SplitBregman(25.0, sweeps=14).project(x, moment(scale=scale)))
    assert float((found - exact).abs().max()) < 1e-3
    assert float((x - exact).abs().mean()) > 1e-2


def test_the_prior_goes_on_from_step_to_step_and_from_weight_to_weight() -> None:
    x, prior = scene(), SplitBregman(20.0, end_weight=60.0, sweeps=4)
    memory: dict[Any, Any] = {}
    for index in range(11):
        found = prior.project(x, moment(index, memory=memory))
    exact, _ = denoised(x.flatten(0, 1), 60.0, 300)
    alone = prior.project(x, moment(10))
    errors = [float((one.flatten(0, 1) - exact).abs().mean()) for one in (found, alone)]
    assert errors[0] < 5e-3
    assert errors[0] < errors[1] / 3


def test_a_canvas_of_another_size_starts_anew() -> None:
    prior = SplitBregman(20.0)
    memory: dict[Any, Any] = {}
    prior.project(scene(side=64), moment(memory=memory))
    larger = scene(side=72)
    assert torch.equal(prior.project(larger, moment(memory=memory)), prior.project(larger, moment()))


def test_weights_that_mean_nothing_are_refused() -> None:
    with pytest.raises(PriorError, match="over 0"):
        SplitBregman(1.0, end_weight=0.0)
    with pytest.raises(PriorError, match="sweeps"):
        SplitBregman(1.0, sweeps=0)
