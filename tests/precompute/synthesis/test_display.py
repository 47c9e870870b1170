from __future__ import annotations

import numpy as np
import pytest
import torch

from precompute.synthesis import percentile
from precompute.synthesis.display import as_bytes, as_rgb, reached, stretched
from precompute.synthesis.part import part_for, run_whole
from tests.precompute.synthesis.nets import SIDE, Plain, model

MEAN = torch.tensor([0.5, 0.45, 0.4]).view(3, 1, 1)


def faint(strength: float) -> torch.Tensor:
    return MEAN + strength * torch.randn(2, 3, 20, 20, generator=torch.Generator().manual_seed(0))


def test_a_faint_picture_is_stretched_about_the_mean_colour() -> None:
    before, after = faint(0.006), stretched(faint(0.006), MEAN)
    factors = (after - MEAN) / (before - MEAN)
    assert float(factors[0].median()) > 20
    inside = (after > 0) & (after < 1)
    assert float(factors[0][inside[0]].std()) == pytest.approx(0, abs=0.01)  # one factor for a whole picture
    assert 0.4 < float((after - MEAN).abs().max()) <= 0.6


def test_a_strong_picture_is_not_made_weaker() -> None:
    strong = faint(0.3).clamp(0, 1)
    assert torch.allclose(stretched(strong, MEAN), strong)


def test_a_flat_picture_stays_the_mean_colour() -> None:
    flat = MEAN.expand(1, 3, 6, 6).contiguous()
    assert torch.equal(stretched(flat, MEAN), flat)


def test_bytes_are_rounded_and_lie_as_pictures_do() -> None:
    rgb = as_rgb(as_bytes(torch.tensor([0.0, 0.4999, 1.2]).view(3, 1, 1).expand(3, 2, 5)))
    assert rgb.shape == (2, 5, 3)
    assert rgb[0, 0].tolist() == [0, 127, 255]


def test_the_value_reached_is_that_of_the_whole_network_and_its_rank_counts_stronger_units() -> None:
    made = model(Plain())
    layer = made.info.layer("conv3")
    part = part_for(made, layer)
    pixels = torch.rand(3, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1)) * 255
    whole = run_whole(made, layer, made.preprocess.normalise(pixels))[:, :, 4, 4]
    top, left, bottom, right = part.canvas
    units = torch.tensor([0, 5, 7])
    values, stronger = reached(made, part, pixels[:, :, top:bottom, left:right], units)
    assert values.tolist() == pytest.approx([float(whole[k, unit]) for k, unit in enumerate(units)], abs=1e-4)
    assert stronger.tolist() == [
        sum(v > row[unit] for v in row) for row, unit in zip(whole, units, strict=True)
    ]


def test_percentiles_are_numpys_also_of_batches_that_one_call_cannot_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = torch.randn(5, 3, 7, 9, generator=torch.Generator().manual_seed(0))
    monkeypatch.setattr(percentile, "_LIMIT", 400)  # two pictures
    expected = [np.percentile(picture.numpy(), 99.5) for picture in values]
    assert percentile.within(values, 99.5).tolist() == pytest.approx(expected, rel=1e-4)
