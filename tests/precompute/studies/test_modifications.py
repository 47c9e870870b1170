"""The MODIFICATIONS table: each entry does what the paper says, and none loses a picture."""

from __future__ import annotations

import pytest
import torch

from precompute.studies.following import MEASURES
from precompute.studies.modifications import BLUR, MODIFICATIONS, QUARTER_ORDERS, blur, brg, cut_up, reordered


def dice() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def pictures(count: int = 3, side: int = 16) -> torch.Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", MODIFICATIONS)
def test_a_modification_keeps_shape_and_range_changes_pictures_and_is_measured(name: str) -> None:
    given = pictures()
    before = given.clone()
    changed = MODIFICATIONS[name](given, dice())
    assert changed.shape == given.shape
    assert 0 <= float(changed.min()) <= float(changed.max()) <= 1
    assert (changed - given).abs().flatten(1).amax(1).min() > 0.05
    assert torch.equal(given, before)
    assert name in MEASURES


def test_brg_puts_blue_where_red_was() -> None:
    given = pictures()
    changed = brg(given, dice())
    assert torch.equal(changed[:, 0], given[:, 2])
    assert torch.equal(changed[:, 1], given[:, 0])
    assert torch.equal(changed[:, 2], given[:, 1])


def test_cut_up_moves_whole_quarters_and_never_leaves_a_picture_as_it_was() -> None:
    given = pictures(40)
    changed = cut_up(given, dice())
    for one, cut in zip(given, changed, strict=True):
        quarters = [one[:, top : top + 8, left : left + 8] for top in (0, 8) for left in (0, 8)]
        found = [cut[:, top : top + 8, left : left + 8] for top in (0, 8) for left in (0, 8)]
        assert sorted(float(q.sum()) for q in quarters) == sorted(float(q.sum()) for q in found)
        assert not torch.equal(one, cut)
    assert len({float(cut[0, 0, 0] - one[0, 0, 0]) for one, cut in zip(given, changed, strict=True)}) > 3


def test_the_first_order_of_quarters_is_the_picture_itself() -> None:
    given = pictures(1)
    assert torch.equal(reordered(given, 0), given)
    assert len(QUARTER_ORDERS) == 24
    assert len({tuple(reordered(given, k).flatten().tolist()) for k in range(24)}) == 24


def test_blur_spreads_a_point_as_a_gaussian() -> None:
    point = torch.zeros(1, 1, 33, 33)
    point[0, 0, 16, 16] = 1
    spread = blur(point, dice())[0, 0]
    places = torch.arange(33.0) - 16
    assert float(spread.sum()) == pytest.approx(1, abs=1e-5)
    assert float((spread.sum(0) * places**2).sum()) == pytest.approx(BLUR**2, rel=0.05)
    assert torch.allclose(spread, spread.T, atol=1e-7)
    assert torch.allclose(blur(torch.full((1, 3, 9, 9), 0.4), dice()), torch.tensor(0.4))
