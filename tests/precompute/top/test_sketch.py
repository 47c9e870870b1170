from __future__ import annotations

import numpy as np
import pytest
import torch

from precompute.top.sketch import BINS, Sketch

SHARES = torch.tensor([0, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1], dtype=torch.float64)


def drawn(images: int) -> torch.Tensor:
    """Units with all sorts of values, float32."""
    maker = torch.Generator().manual_seed(4)
    noise = torch.randn(6, images, generator=maker)
    rows = [
        noise[0],
        noise[1].relu(),
        noise[2].exp(),
        1e-6 * noise[3],
        1000 + noise[4],
        -(noise[5].abs() ** 3),
    ]
    return torch.stack(rows)


def filled(values: torch.Tensor, pieces: int = 1) -> Sketch:
    sketch = Sketch.empty(len(values))
    for part in values.chunk(pieces, 1):
        sketch.add(part)
    return sketch


@pytest.mark.parametrize("images", [1, 7, 5000])
def test_quantiles_are_within_the_stated_error(images: int) -> None:
    values = drawn(images)
    found = filled(values, 13).quantiles(SHARES).numpy()
    for row, quantiles in zip(values.double().numpy(), found, strict=True):
        width = 2 / (BINS - 1) * (row.max() - row.min())
        low = np.quantile(row, SHARES.numpy(), method="lower") - width
        high = np.quantile(row, SHARES.numpy(), method="higher") + width
        assert (low <= quantiles).all()
        assert (quantiles <= high).all()
        assert (quantiles[0], quantiles[-1]) == (row.min(), row.max())


def test_with_many_values_quantiles_are_numpys_but_for_one_bin() -> None:
    values = drawn(5000)
    found = filled(values).quantiles(SHARES[1:-2]).numpy()
    for row, quantiles in zip(values.double().numpy(), found, strict=True):
        width = 2 / (BINS - 1) * (row.max() - row.min())
        np.testing.assert_allclose(
            quantiles, np.quantile(row, SHARES[1:-2].numpy()), rtol=0, atol=1.2 * width
        )


@pytest.mark.parametrize("pieces", [2, 9, 100])
def test_bins_do_not_depend_on_how_the_values_came(pieces: int) -> None:
    values = drawn(500)
    whole = filled(values)
    for other in (filled(values, pieces), filled(values.flip(1), pieces)):
        assert torch.equal(other.counts, whole.counts)
        assert torch.equal(other.low, whole.low)


def test_merging_is_associative_and_gives_one_pass() -> None:
    values = drawn(600)
    a, b, c = (filled(part) for part in values.split([10, 400, 190], 1))
    whole = filled(values)
    for merged in (a.merge(b).merge(c), a.merge(b.merge(c)), c.merge(a).merge(b)):
        assert torch.equal(merged.counts, whole.counts)
        assert torch.equal(merged.high, whole.high)
    assert int(a.counts.sum()) == 6 * 10


def test_every_value_is_counted_once_and_others_not_at_all() -> None:
    values = drawn(50)
    values[0, :5] = float("nan")
    values[1, 3] = float("inf")
    values[2] = float("nan")
    sketch = filled(values, 3)
    assert sketch.counts.sum(1).tolist() == [45, 49, 0, 50, 50, 50]
    assert sketch.quantiles(SHARES)[0].isfinite().all()


def test_a_constant_has_one_value_at_every_share() -> None:
    sketch = filled(torch.tensor([[3.25, 3.25, 3.25], [0.0, 0.0, 0.0]]))
    assert sketch.quantiles(SHARES).tolist() == [[3.25] * 8, [0.0] * 8]
