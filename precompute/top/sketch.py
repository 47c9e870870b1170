"""How values are spread: a histogram for each unit that fits itself to them and merges in any order.

A unit's bins are `width` = 2^exponent wide and begin at multiples of it. The exponent depends on nothing but
the smallest and largest value so far, and a bin of twice the width is two old ones put together; so what comes
out is the same whatever the order of the values. A quantile is at most one width off, that is less than
2 / (BINS - 1) of the unit's range.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

BINS = 512
_FINEST = -60  # no bin is narrower than 2^_FINEST ...
_DIGITS = 30  # ... or than the largest magnitude / 2^_DIGITS
_ROWS = 8192  # units whose histograms are turned over at once


@dataclass
class Sketch:
    """`low`, `high` (units,) float32: the extremes (inf, -inf before the first value); `counts` (units, BINS)
    int32, of which bin 0 holds `low`.
    """

    low: Tensor
    high: Tensor
    counts: Tensor

    @classmethod
    def empty(cls, units: int, device: torch.device | None = None) -> Sketch:
        low = torch.full((units,), torch.inf, device=device)
        return cls(low, -low, torch.zeros((units, BINS), dtype=torch.int32, device=device))

    def add(self, values: Tensor) -> None:
        """Take in values (units, N) float32; NaN and infinite ones are left out."""
        low, high = values.amin(1), values.amax(1)  # not finite where any value is not
        good = None if bool((low.isfinite() & high.isfinite()).all()) else values.isfinite()
        if good is not None:
            low = values.masked_fill(~good, torch.inf).amin(1)
            high = values.masked_fill(~good, -torch.inf).amax(1)
        self.widen(torch.minimum(self.low, low), torch.maximum(self.high, high))
        exponent, first = _bins(self.low, self.high)
        bins = (values * _power(-exponent)[:, None]).floor_()  # exact, as is the next: all are whole numbers
        bins.sub_(first.float()[:, None])
        if good is None:
            weights = torch.ones((), dtype=torch.int32, device=values.device).expand(bins.shape)
        else:
            bins, weights = bins.masked_fill_(~good, 0), good.int()
        self.counts.scatter_add_(1, bins.long(), weights)

    def merge(self, other: Sketch) -> Sketch:
        low, high = torch.minimum(self.low, other.low), torch.maximum(self.high, other.high)
        ours, theirs = (Sketch(s.low, s.high, s.counts.clone()) for s in (self, other))
        ours.widen(low, high)
        theirs.widen(low, high)
        return Sketch(low, high, ours.counts + theirs.counts)

    def quantiles(self, shares: Tensor) -> Tensor:
        """(units, S) float64 for shares (S,) in 0..1, linear within a bin; NaN for a unit without values.

        As numpy's default, share s of n values stands for the place s * (n - 1) among them.
        """
        exponent, first = _bins(self.low, self.high)
        below = self.counts.double().cumsum(1)  # values up to the end of each bin
        places = shares.double().to(below) * (below[:, -1:] - 1).clamp(min=0) + 0.5
        bins = torch.searchsorted(below, places).clamp(max=BINS - 1)
        inside = self.counts.gather(1, bins).double()
        part = (places - below.gather(1, bins) + inside) / inside
        found = (first[:, None] + bins + part) * _power(exponent).double()[:, None]
        found = torch.minimum(torch.maximum(found, self.low[:, None]), self.high[:, None].double())
        found = torch.where(shares.to(found) <= 0, self.low[:, None], found)
        return torch.where(shares.to(found) >= 1, self.high[:, None], found)

    def widen(self, low: Tensor, high: Tensor) -> None:
        """Move the counts into the bins that these extremes ask for."""
        (exponent, first), (new_exponent, new_first) = _bins(self.low, self.high), _bins(low, high)
        moved = ((exponent != new_exponent) | (first != new_first)) & self.low.isfinite()
        for rows in moved.nonzero()[:, 0].split(_ROWS):
            absolute = first[rows, None] + torch.arange(BINS, device=rows.device)
            scale = _power((exponent - new_exponent)[rows]).double()[:, None]
            places = ((absolute * scale).floor_() - new_first[rows, None]).clamp_(0, BINS - 1).long()
            before = self.counts[rows]
            self.counts[rows] = torch.zeros_like(before).scatter_add_(1, places, before)
        self.low, self.high = low, high


def _bins(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """The exponent of the width (int32), and which multiple of it bin 0 begins at (float64)."""
    some = low.isfinite()
    low, high = (torch.where(some, end, 0.0).double() for end in (low, high))
    fraction, exponent = torch.frexp((high - low) / (BINS - 1))
    exponent = torch.where(fraction == 0.5, exponent - 1, exponent)  # a power of two is its own ceiling
    exponent = torch.where(fraction == 0, _FINEST, exponent)
    size = torch.frexp(torch.maximum(low.abs(), high.abs())).exponent - _DIGITS
    exponent = torch.maximum(exponent, size).clamp(min=_FINEST).int()
    return exponent, (low * _power(-exponent).double()).floor()


def _power(exponent: Tensor) -> Tensor:
    """Exactly 2^exponent as float32, for -126 <= exponent <= 127."""
    return ((exponent.int() + 127).clamp(1, 254) << 23).view(torch.float32)
