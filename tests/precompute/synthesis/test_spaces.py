"""Coordinates of a step: frequencies and phases, each against its slow definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from deepvis_app.models.preprocess import Preprocess
from precompute.synthesis.ascent import Ascended, Climb, Task, ascend
from precompute.synthesis.codes import Codes
from precompute.synthesis.dice import Dice
from precompute.synthesis.image import Pixels
from precompute.synthesis.objectives import OBJECTIVES
from precompute.synthesis.part import part_for
from precompute.synthesis.policies import Normalised
from precompute.synthesis.presets import Preset
from precompute.synthesis.spaces import SPACES, Fourier, Maco, SpaceError, hartley
from precompute.synthesis.spectrum import colour_axes, frequencies, magnitudes
from tests.precompute.synthesis.generators import Small
from tests.precompute.synthesis.nets import SIDE, Plain, model

CPU = torch.device("cpu")
ODD = Preprocess((15, 20))


def pixels(noise: float = 0.1, natural: float = 0.0) -> Pixels:
    return Pixels(ODD, (0, 0, 15, 20), CPU, noise, natural=natural)


def climbed(image: str, layer: str = "fc", seeds: tuple[int, ...] = (0, 1), noise: float = 0.05) -> Ascended:
    made = model(Plain())
    part = part_for(made, made.info.layer(layer))
    preset = Preset("", "", 40, Normalised(10.0), noise=noise, keep="last", image=image)
    way = Climb(
        part, made.preprocess, Pixels(made.preprocess, part.canvas, CPU, noise), OBJECTIVES["centre"], preset
    )
    found = ascend(way, [Task(2, seed) for seed in seeds])
    assert found is not None
    return found


def test_hartleys_transform_is_cosines_and_sines_and_its_own_inverse() -> None:
    x = torch.randn(3, 4, generator=torch.Generator().manual_seed(0)).double()
    slow = torch.zeros_like(x)
    for u in range(3):
        for v in range(4):
            for y in range(3):
                for z in range(4):
                    angle = 2 * math.pi * (u * y / 3 + v * z / 4)
                    slow[u, v] += x[y, z] * (math.cos(angle) + math.sin(angle)) / math.sqrt(12)
    assert torch.allclose(hartley(x), slow, atol=1e-9)
    assert torch.allclose(hartley(hartley(x)), x, atol=1e-9)


def test_a_fourier_step_is_one_of_coefficients_that_are_weighted_by_one_over_frequency() -> None:
    """The picture as a function of coefficients, differentiated by torch; both moved by the gradient itself."""
    dice = torch.Generator().manual_seed(0)
    x, gradient = (torch.randn(2, 3, 15, 20, generator=dice) for _ in range(2))
    at = frequencies(15, 20).clamp(min=1 / 20)
    weights = (1 / at) / (1 / at).square().mean().sqrt()
    coefficients = (hartley(x) / weights).requires_grad_()
    (uphill,) = torch.autograd.grad((hartley(weights * coefficients) * gradient).sum(), coefficients)
    expected = hartley(weights * (coefficients.detach() + 0.3 * uphill))
    found = Fourier().moved(pixels(), x, gradient, lambda g: 0.3 * g)
    assert torch.allclose(found, expected, atol=1e-4)


def test_a_fourier_start_is_smooth_and_no_stronger_than_asked() -> None:
    started = Fourier().start(pixels(0.1), Dice(range(30)).normal, [])
    assert float(started.std()) == pytest.approx(0.1, rel=0.1)
    assert float((started[..., 1:] - started[..., :-1]).std()) < float(
        started.std()
    )  # of white noise it is 1.4 times as much


@pytest.mark.parametrize("natural", [0.0, 1.0])
def test_maco_keeps_the_magnitudes_of_photographs_whatever_the_step(natural: float) -> None:
    image, dice = pixels(natural=natural), torch.Generator().manual_seed(0)
    start = Maco().start(image, Dice([0, 1]).normal, [])
    moved = Maco().moved(image, start, torch.randn(start.shape, generator=dice), lambda g: 3 * g)
    assert not torch.allclose(moved, start, atol=0.01)
    for codes in (start, moved):
        along = torch.einsum("ca,nchw->nahw", colour_axes(), image.deviations(codes))
        found = torch.fft.fft2(along, norm="ortho").abs()
        assert torch.allclose(found, magnitudes(15, 20).expand_as(found), atol=1e-3)


def test_a_maco_step_of_nothing_changes_nothing() -> None:
    start = Maco().start(pixels(), Dice([3]).normal, [])
    same = Maco().moved(pixels(), start, torch.ones_like(start), torch.zeros_like)
    assert torch.allclose(same, start, atol=1e-4)


def test_a_maco_step_follows_the_gradient_of_the_phases() -> None:
    image = pixels()
    start = Maco().start(image, Dice([3]).normal, [])
    gradient = torch.randn(start.shape, generator=torch.Generator().manual_seed(1))

    def risen(size: float) -> float:
        moved = Maco().moved(image, start, gradient, lambda g: size * g / g.norm())
        return float(((moved - start) * gradient).sum())

    assert 0 < risen(0.005) < risen(0.01)
    assert risen(-0.01) < 0


def test_maco_takes_the_phases_of_a_first_picture() -> None:
    dice = np.random.default_rng(0)
    first = dice.integers(0, 256, (15, 20, 3), dtype=np.uint8)
    image = pixels(0.0)
    start = Maco().start(image, Dice([0, 0]).normal, [None, first])
    plain = image.start(Dice([0]).normal, [first])
    centred = plain - plain.mean((2, 3), keepdim=True)
    alike = torch.cosine_similarity(_edges(start), _edges(centred).expand_as(start), dim=1).mean((1, 2))
    assert float(alike[1]) > float(alike[0]) + 0.2


def _edges(x: Tensor) -> Tensor:
    """White: only phases are left."""
    found = torch.fft.fft2(x)
    white: Tensor = torch.fft.ifft2(found / found.abs().clamp(min=1e-9)).real
    return white


@pytest.mark.parametrize("image", SPACES)
@pytest.mark.parametrize("layer", ["conv2", "fc"])
def test_every_space_climbs_within_what_pixels_can_be(image: str, layer: str) -> None:
    found = climbed(image, layer)
    assert bool((found.trace[-1] > found.trace[0] + 0.1).all())
    assert found.reasons == ("", "")


@pytest.mark.parametrize("image", SPACES)
def test_a_picture_in_any_space_depends_on_its_own_seed_alone(image: str) -> None:
    both, alone = climbed(image), climbed(image, seeds=(1,))
    assert torch.allclose(both.codes[1], alone.codes[0], atol=1e-3)
    assert not torch.allclose(both.codes[0], both.codes[1], atol=1e-2)


@pytest.mark.parametrize("space", ["fourier", "maco"])
def test_codes_have_no_frequencies(space: str) -> None:
    image = Codes(Small(), Preprocess((SIDE, SIDE)), (0, 0, SIDE, SIDE), CPU)
    with pytest.raises(SpaceError, match="no spatial frequencies"):
        SPACES[space]().start(image, Dice([0]).normal, [])
