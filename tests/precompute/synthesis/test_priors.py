"""Each regulariser against a slow derivation of its formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from precompute.synthesis.dice import Dice
from precompute.synthesis.priors import (
    Blur,
    Decay,
    Jitter,
    Moment,
    SmallContribution,
    SmallNorm,
    Variation,
)


def moment(index: int = 0, steps: int = 11, scale: float = 1.0, room: float = 1.0, **more: Any) -> Moment:
    return Moment(index, steps, scale, Dice([0, 1, 2]).uniform, room, **more)


def pictures(seed: int = 0, height: int = 9, width: int = 12) -> Tensor:
    return torch.randn(3, 3, height, width, generator=torch.Generator().manual_seed(seed)) * 0.1


def blurred(x: Tensor, sigma: float) -> np.ndarray:
    once = gaussian_filter1d(x.double().numpy(), sigma, axis=2, mode="reflect")
    twice: np.ndarray = gaussian_filter1d(once, sigma, axis=3, mode="reflect")
    return twice


def test_decay_takes_its_share_of_every_value() -> None:
    x = pictures()
    assert torch.equal(Decay(0.25).project(x, moment()), x * 0.75)


@pytest.mark.parametrize("sigma", [0.3, 1.0, 4.0])
def test_blur_is_a_gaussian_with_mirrored_borders(sigma: float) -> None:
    x = pictures()
    found = Blur(sigma).project(x, moment())
    assert np.allclose(found.numpy(), blurred(x, sigma), atol=1e-6)


def test_blur_works_at_every_nth_step_from_the_first_on() -> None:
    x = pictures()
    changed = [not torch.equal(Blur(1.0, 4).project(x, moment(index)), x) for index in range(9)]
    assert changed == [True, False, False, False, True, False, False, False, True]


def test_the_width_of_the_blur_goes_linearly_to_its_end() -> None:
    x = pictures()
    found = Blur(2.0, end_width=1.0).project(x, moment(5))
    assert np.allclose(found.numpy(), blurred(x, 1.5), atol=1e-6)


def test_a_small_input_is_blurred_less_but_not_too_little() -> None:
    x = pictures()
    assert np.allclose(Blur(1.0).project(x, moment(scale=0.8)).numpy(), blurred(x, 0.8), atol=1e-6)
    assert np.allclose(Blur(1.0).project(x, moment(scale=0.1)).numpy(), blurred(x, 0.6), atol=1e-6)


def test_only_a_gentle_blur_spares_small_fields() -> None:
    x = pictures()
    assert torch.equal(Blur(1.0, gentle=True).project(x, moment(room=0.0)), x)
    assert not torch.equal(Blur(1.0).project(x, moment(room=0.0)), x)


def test_small_norm_clips_pixels_below_the_percentile_of_each_picture() -> None:
    x = pictures()
    found = SmallNorm(30.0).project(x, moment())
    for before, after in zip(x.numpy(), found.numpy(), strict=True):
        norms = np.sqrt((before.astype(np.float64) ** 2).sum(0))
        gone = norms < np.percentile(norms, 30.0)
        assert 0.2 < gone.mean() < 0.4
        assert np.array_equal(after, np.where(gone, 0, before))


def test_small_contribution_clips_by_the_first_order_change_of_the_value() -> None:
    x, gradient = pictures(), pictures(1)
    found = SmallContribution(90.0).project(x, moment(gradient=gradient))
    for before, g, after in zip(x.numpy(), gradient.numpy(), found.numpy(), strict=True):
        contribution = np.array(
            [[abs(sum(before[c, y, z] * g[c, y, z] for c in range(3))) for z in range(12)] for y in range(9)]
        )
        gone = contribution < np.percentile(contribution, 90.0)
        assert gone.sum() == 97  # of 108
        assert np.array_equal(after, np.where(gone, 0, before))


def test_clipping_at_zero_percent_changes_nothing() -> None:
    x = pictures()
    assert torch.equal(SmallNorm(0.0).project(x, moment()), x)
    assert torch.equal(SmallContribution(0.0).project(x, moment(gradient=pictures(1))), x)


def test_variation_adds_up_the_length_of_every_pixels_difference() -> None:
    x = pictures()
    expected = [0.0, 0.0, 0.0]
    for n in range(3):
        for y in range(9):
            for z in range(12):
                across = x[n, :, y, z + 1] - x[n, :, y, z] if z < 11 else torch.zeros(3)
                down = x[n, :, y + 1, z] - x[n, :, y, z] if y < 8 else torch.zeros(3)
                expected[n] += float((across.square() + down.square()).sum().sqrt())
    found = Variation(2.0).penalty(x, moment())
    assert found.tolist() == pytest.approx([2 * value for value in expected], rel=1e-2)


def test_jitter_in_a_small_field_moves_nothing() -> None:
    x = pictures()
    assert torch.allclose(Jitter().transform(x, moment(room=0.0)), x, atol=1e-6)


def fixed(*numbers: float) -> Moment:
    """What is drawn is known: (across, down, turn, zoom), each in 0..1 with 0.5 in the middle."""
    drawn = torch.tensor([numbers])
    return Moment(0, 2, 1.0, lambda k: drawn[:, :k])


def test_jitter_shifts_by_its_share_of_the_side_and_mirrors_what_is_missing() -> None:
    x = pictures(height=16, width=16)[:1]
    seen = Jitter(shift=2 / 16, turn=0, zoom=0).transform(x, fixed(1.0, 0.5, 0.5, 0.5))
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), (0, 0), (0, 2)), mode="symmetric")
    assert np.allclose(seen.numpy(), padded[..., 2:], atol=1e-5)


def test_jitter_turns_without_changing_shapes_also_on_long_pictures() -> None:
    y, z = torch.meshgrid(torch.arange(24.0) - 11.5, torch.arange(48.0) - 23.5, indexing="ij")
    disc = ((y**2 + z**2) < 64).float().expand(1, 3, -1, -1)
    bar = ((y.abs() < 1) & (z.abs() < 8)).float().expand(1, 3, -1, -1)
    draw = torch.tensor([[0.5, 0.5, 1.0, 0.5]] * 2)
    turned = Jitter(shift=0, turn=90, zoom=0).transform(
        torch.cat([disc, bar]), Moment(0, 2, 1.0, lambda k: draw[:, :k])
    )[..., 12:36]  # farther out the mirrored borders are seen
    assert torch.allclose(turned[:1], disc[..., 12:36], atol=1e-3)
    assert torch.allclose(turned[1, 0], bar[0, 0, :, 12:36].T, atol=1e-3)


def test_jitter_zooms_about_the_middle() -> None:
    y, z = torch.meshgrid(torch.arange(32.0) - 15.5, torch.arange(32.0) - 15.5, indexing="ij")
    disc = ((y**2 + z**2) < 36).float().expand(1, 3, -1, -1)
    larger = Jitter(shift=0, turn=0, zoom=0.5).transform(disc, fixed(0.5, 0.5, 0.5, 1.0))
    assert float(larger[0, 0].sum()) == pytest.approx(2.25 * float(disc[0, 0].sum()), rel=0.05)
