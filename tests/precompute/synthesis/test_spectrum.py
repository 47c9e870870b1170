"""The magnitudes of photographs: read from their table, and measured as they were."""

from __future__ import annotations

import pytest
import torch

from precompute.synthesis.spectrum import (
    AMPLITUDES,
    COLOURS,
    FREQUENCIES,
    colour_axes,
    frequencies,
    magnitudes,
    measured,
)


def test_the_axes_are_the_principal_colours_the_greyest_and_largest_first() -> None:
    axes, covariance = colour_axes(), torch.tensor(COLOURS)
    assert torch.allclose(axes.T @ axes, torch.eye(3), atol=1e-5)
    found = axes.T @ covariance @ axes
    assert torch.allclose(found, torch.diag(found.diag()), atol=1e-3)
    assert found.diag().tolist() == sorted(found.diag().tolist(), reverse=True)
    assert bool((axes[:, 0] > 0.5).all())


def test_at_the_frequencies_of_the_table_the_magnitudes_are_the_tables() -> None:
    found, at = magnitudes(128, 128), frequencies(128, 128)
    for k, frequency in enumerate(FREQUENCIES):
        row = round(frequency * 128)
        assert float(at[row, 0]) == pytest.approx(frequency)
        assert found[:, row, 0].tolist() == pytest.approx(
            [amplitudes[k] for amplitudes in AMPLITUDES], rel=1e-4
        )
    assert found[:, 0, 0].tolist() == [0, 0, 0]


def test_a_picture_with_these_magnitudes_varies_as_much_as_a_photograph() -> None:
    power = (
        magnitudes(96, 128).square().sum(0).mean()
    )  # Parseval: the mean over frequencies is that over pixels
    assert 0.15 < float(power / 3) ** 0.5 < 0.35


def test_measuring_finds_the_amplitudes_that_were_put_in() -> None:
    dice = torch.Generator().manual_seed(0)
    size = magnitudes(256, 192)
    pictures = []
    for _ in range(6):
        white = torch.fft.fft2(torch.randn(3, 256, 192, generator=dice), norm="ortho")
        along = torch.fft.ifft2(white * size, norm="ortho").real
        pictures.append(0.5 + torch.einsum("ca,ahw->chw", colour_axes(), along))
    assert torch.allclose(measured(pictures)[:, 1:], torch.tensor(AMPLITUDES)[:, 1:], rtol=0.25)
