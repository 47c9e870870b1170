"""Bilateral filter, gradient blur and Laplacian pyramid, against libraries and slow ways."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from precompute.synthesis.priors import Bilateral, GradientBlur, Laplacian, PriorError
from precompute.synthesis.priors.laplacian import split
from tests.precompute.synthesis.priors.moments import moment, pictures


def test_the_bilateral_filter_weighs_by_place_and_colour() -> None:
    x = pictures(9, 11)
    found = Bilateral(width=1.5, colour=0.2).project(x, moment()).numpy()
    padded = np.pad(x.double().numpy(), ((0, 0), (0, 0), (3, 3), (3, 3)), mode="reflect")
    for n, y, z in np.ndindex(3, 9, 11):
        window, middle = padded[n, :, y : y + 7, z : z + 7], padded[n, :, y + 3, z + 3]
        places, weights, total = np.indices((7, 7)) - 3, np.zeros((7, 7)), np.zeros(3)
        for i, j in np.ndindex(7, 7):
            place = (places[:, i, j] ** 2).sum() / (2 * 1.5**2)
            colour = ((window[:, i, j] - middle) ** 2).sum() / (2 * 0.2**2)
            weights[i, j] = np.exp(-place - colour)
            total += weights[i, j] * window[:, i, j]
        assert np.allclose(found[n, :, y, z], total / weights.sum(), atol=1e-6)


def test_a_bilateral_filter_smooths_and_leaves_edges() -> None:
    x = pictures(16, 16) * 0.1
    x[..., 8:] += 0.8
    found = Bilateral(width=2.0, colour=0.1).project(x, moment())
    assert float(found[..., :7].std()) < 0.5 * float(x[..., :7].std())
    assert torch.allclose((found[..., 8] - found[..., 7]).mean(), torch.tensor(0.8), atol=0.02)


def test_a_bilateral_filter_comes_at_every_nth_step_and_changes_its_width() -> None:
    x, prior = pictures(), Bilateral(width=2.0, every=5, end_width=1.0)
    changed = [not torch.equal(prior.project(x, moment(index)), x) for index in range(7)]
    assert changed == [True, False, False, False, False, True, False]
    half = Bilateral(width=1.5, every=5).project(x, moment(5))
    assert torch.allclose(prior.project(x, moment(5)), half)


def test_the_gradient_is_blurred_as_a_picture_would_be_and_less_and_less() -> None:
    g = pictures(20, 24)
    found = GradientBlur(3.0, end_width=1.0).regard(g, moment(5))
    expected = gaussian_filter(g.double().numpy(), (0, 0, 2.0, 2.0), mode="reflect")
    assert np.allclose(found.numpy(), expected, atol=1e-6)
    assert torch.equal(GradientBlur(3.0).regard(g, moment(room=0.0)), g)


def test_the_levels_of_the_pyramid_add_up_to_the_picture() -> None:
    x = pictures(21, 32).double()
    levels = split(x, 3)
    assert [tuple(level.shape[-2:]) for level in levels] == [(21, 32), (11, 16), (6, 8), (3, 4)]
    flat = split(torch.full((1, 3, 21, 32), 0.3), 3)
    assert all(float(level.abs().max()) < 1e-6 for level in flat[:-1])
    assert torch.allclose(flat[-1], torch.tensor(0.3))
    assert torch.allclose(Laplacian(3, strength=0.0).regard(x, moment()), x)


def test_a_level_is_blurred_by_five_taps_and_every_second_pixel_is_left_out() -> None:
    x = pictures(8, 8).double()
    coarse = split(x, 1)[-1]
    taps = np.array([1, 4, 6, 4, 1]) / 16
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), (2, 2), (2, 2)), mode="reflect")
    for y in range(4):
        for z in range(4):
            window = padded[:, :, 2 * y : 2 * y + 5, 2 * z : 2 * z + 5]
            assert np.allclose(coarse[:, :, y, z].numpy(), np.einsum("ncij,i,j->nc", window, taps, taps))


def test_coarse_and_fine_get_the_same_say_and_the_size_stays() -> None:
    y, z = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    coarse, fine = torch.sin(z * 2 * torch.pi / 32), torch.sin(z * torch.pi * 0.9) * torch.cos(y * 0.3)
    g = (0.01 * coarse + fine).expand(3, 3, -1, -1)
    found = Laplacian(3).regard(g, moment())

    def ratio(x: torch.Tensor) -> float:
        return float((x * coarse).mean().abs() / (x * fine).mean().abs())

    assert ratio(found) > 20 * ratio(g)
    assert torch.allclose(found.square().mean().sqrt(), g.square().mean().sqrt(), rtol=1e-4)


@pytest.mark.parametrize("size", [1e-12, 1e6])
def test_a_pyramid_does_not_care_how_large_gradients_are(size: float) -> None:
    g = pictures(16, 16)
    found = Laplacian().regard(g * size, moment()) / size
    assert torch.allclose(found, Laplacian().regard(g, moment()), rtol=1e-3, atol=1e-4)


def test_numbers_that_mean_nothing_are_refused() -> None:
    with pytest.raises(PriorError, match="colour"):
        Bilateral(colour=0.0)
    with pytest.raises(PriorError, match="every"):
        Bilateral(every=0)
    with pytest.raises(PriorError, match="levels"):
        Laplacian(levels=0)
    with pytest.raises(PriorError, match="gradient-blur"):
        GradientBlur(-1.0)
