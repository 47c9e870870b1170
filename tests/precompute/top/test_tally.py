from __future__ import annotations

import pickle

import pytest
import torch

from precompute.top.tally import Tally


def maxima(images: int = 300) -> torch.Tensor:
    drawn = torch.randn(5, images, generator=torch.Generator().manual_seed(1))
    return torch.stack([drawn[0], drawn[1].relu(), drawn[2] + 500, drawn[3] * 1e-3, -drawn[4].abs()])


def tallied(values: torch.Tensor, images: torch.Tensor, pieces: int = 1) -> Tally:
    tally = Tally.empty(len(values), 9)
    for part in torch.arange(len(images)).chunk(pieces):
        tally.add(values[:, part], images[part])
    return tally


def test_statistics_are_those_of_the_values() -> None:
    values = maxima()
    tally = tallied(values, torch.arange(300), 7)
    for row, stats in zip(values.double(), tally.stats(slice(0, 5)), strict=True):
        assert stats is not None
        assert stats.count == 300
        assert stats.mean == pytest.approx(float(row.mean()), rel=1e-5, abs=1e-8)
        assert stats.std == pytest.approx(float(row.std(correction=0)), rel=1e-4)
        assert stats.zeros == pytest.approx(float((row <= 0).double().mean()))
        assert stats.quantiles[0][1] == pytest.approx(float(row.min()), rel=1e-5)
        assert stats.quantiles[-1][1] == pytest.approx(float(row.max()), rel=1e-5)
        assert list(stats.quantiles) == sorted(stats.quantiles)


def test_shards_scanned_elsewhere_merge_to_one_pass() -> None:
    values, numbers = maxima(), torch.arange(300)
    whole = tallied(values, numbers)
    shards = [
        pickle.loads(pickle.dumps(tallied(values[:, part], numbers[part])))
        for part in numbers.split([30, 200, 70])
    ]
    a, b, c = shards
    for merged in (a.merge(b).merge(c), a.merge(b.merge(c)), c.merge(a.merge(b))):
        for name, tensor in merged.arrays().items():
            torch.testing.assert_close(tensor, whole.arrays()[name], rtol=1e-6, atol=1e-9, msg=name)
        for exact in ("keys", "low", "high", "counts", "count", "silent"):
            assert torch.equal(merged.arrays()[exact], whole.arrays()[exact]), exact


def test_a_merge_leaves_its_parts_as_they_were() -> None:
    values, numbers = maxima(), torch.arange(300)
    a, b = tallied(values[:, :100], numbers[:100]), tallied(values[:, 100:], numbers[100:])
    before = {name: tensor.clone() for name, tensor in a.arrays().items()}
    a.merge(b)
    assert all(torch.equal(tensor, before[name]) for name, tensor in a.arrays().items())


def test_values_that_are_no_numbers_do_not_count() -> None:
    values = maxima(20)
    values[0, 4] = float("nan")
    values[1, 0] = float("inf")
    values[2] = float("nan")
    first, second, third, fourth, _ = tallied(values, torch.arange(20), 2).stats(slice(0, 5))
    assert first is not None
    assert second is not None
    assert fourth is not None
    assert (first.count, second.count, third, fourth.count) == (19, 19, None, 20)
    kept = torch.cat([values[0, :4], values[0, 5:]]).double()
    assert first.mean == pytest.approx(float(kept.mean()), rel=1e-5)
    assert first.std == pytest.approx(float(kept.std(correction=0)), rel=1e-4)


def test_arrays_bring_a_tally_back_and_others_are_refused() -> None:
    tally = tallied(maxima(), torch.arange(300))
    again = Tally.from_arrays(tally.arrays(), 5, 9)
    assert all(torch.equal(tensor, tally.arrays()[name]) for name, tensor in again.arrays().items())
    with pytest.raises(ValueError, match="keys"):
        Tally.from_arrays(tally.arrays(), 6, 9)
    with pytest.raises(ValueError, match="low"):
        Tally.from_arrays({k: v for k, v in tally.arrays().items() if k != "low"}, 5, 9)
