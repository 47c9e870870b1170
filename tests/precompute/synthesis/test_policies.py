from __future__ import annotations

import pytest
import torch

from precompute.synthesis.policies import Constant, Normalised, Progress, Progress01

G = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
VALUES = torch.tensor([0.3, 0.95])


def squared(k: int) -> float:
    return sum(float(v) ** 2 for v in G[k].flatten())


def test_constant_is_the_rate_of_2015_for_pixels_up_to_255() -> None:
    """In 0..255 a picture is 255 times as large and its gradient 255 times as small."""
    in_255 = 100 * (G / 255)
    assert torch.allclose(Constant(100.0)(G, VALUES, 0.5), in_255 / 255)


def test_progress_gains_what_is_wanted_to_first_order() -> None:
    update = Progress(2.0, 1e12)(G, VALUES, 0.0)
    gain = (update * G).sum((1, 2, 3))
    assert gain.tolist() == pytest.approx([2.0, 2.0])


def test_progress_never_exceeds_its_largest_rate() -> None:
    small = G * 1e-6
    assert torch.allclose(Progress(2.0, 100.0)(small, VALUES, 0.0), Constant(100.0)(small, VALUES, 0.0))


def test_progress01_slows_down_near_one() -> None:
    update = Progress01(early=0.1, late=0.5, max_lr=1e12)(G, VALUES, 0.0)
    for k, wanted in enumerate([0.1, 0.5 * 0.05]):
        assert torch.allclose(update[k], G[k] * wanted / squared(k))


def test_a_normalised_step_has_the_same_mean_size_for_every_picture_and_gain() -> None:
    scaled = torch.stack([G[0], 1e4 * G[1]])
    update = Normalised(0.5, end=0.1)(scaled, VALUES, 0.25)
    assert update.abs().mean((1, 2, 3)).tolist() == pytest.approx([0.4 / 255] * 2)
    assert torch.allclose(update[1] / update[1].norm(), G[1] / G[1].norm())


def test_what_has_no_gradient_does_not_count_in_the_mean() -> None:
    wide = torch.nn.functional.pad(G, (7, 7))
    assert torch.allclose(Normalised()(wide, VALUES, 0.0)[..., 7:-7], Normalised()(G, VALUES, 0.0))


def test_a_zero_gradient_moves_nothing() -> None:
    for policy in (Constant(), Progress(), Progress01(), Normalised()):
        assert not policy(torch.zeros_like(G), VALUES, 0.0).any()
