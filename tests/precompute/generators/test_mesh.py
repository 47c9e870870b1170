"""The measure of a repeated pattern."""

from __future__ import annotations

import pytest
import torch

from precompute.generators.mesh import PERIODS, Mesh


def noise(count: int = 20) -> torch.Tensor:
    return torch.rand(count, 3, 64, 64, generator=torch.Generator().manual_seed(0))


def strength(pictures: torch.Tensor) -> float:
    mesh = Mesh()
    for part in pictures.split(7):
        mesh.add(part)
    return mesh.strength()


def test_noise_has_no_mesh() -> None:
    assert strength(noise(200)) < 2


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("direction", ["rows", "columns", "both"])
def test_a_faint_pattern_of_every_period_shows(period: int, direction: str) -> None:
    wave = torch.cos(torch.arange(64) * 2 * torch.pi / period) * 0.02
    pattern = {"rows": wave[:, None], "columns": wave, "both": wave[:, None] + wave + wave[:, None] * wave}
    assert strength(noise() + pattern[direction]) > 3 * strength(noise())


def test_without_pictures_nothing_is_told() -> None:
    with pytest.raises(ValueError, match="no pictures"):
        Mesh().strength()
