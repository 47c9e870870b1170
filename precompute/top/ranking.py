"""The n images with the largest values of every unit, kept while values stream by; merges in any order.

A (value, image) pair is one 64-bit key: the value's bits, turned so that they order like the value, above the
image's number, turned so that the earlier image wins a tie. All pairs differ, so the n largest keys are the
same whatever the order in which they came.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

EMPTY = torch.iinfo(torch.int64).min  # below every key: no image here yet; read as a value it is NaN
_LAST = 0x7FFFFFFF  # images are numbered from 0 up to this


@dataclass
class Ranking:
    """`keys` (units, n) int64, largest first, EMPTY where fewer than n images were seen."""

    keys: Tensor

    @classmethod
    def empty(cls, units: int, n: int, device: torch.device | None = None) -> Ranking:
        return cls(torch.full((units, n), EMPTY, dtype=torch.int64, device=device))

    def add(self, values: Tensor, images: Tensor) -> None:
        """Take in values (units, N) float32 of the images (N,) int64, each new; what is not finite is left out."""
        n, count = self.keys.shape[1], values.shape[1]
        if count > 4 * n and bool((self.keys[:, -1] == EMPTY).any()):  # few first: they keep most others out
            self.add(values[:, : count // 2], images[: count // 2])
            self.add(values[:, count // 2 :], images[count // 2 :])
            return
        rows, places = (~(values <= self._bound(images)[:, None])).nonzero(as_tuple=True)
        if not len(rows):
            return
        per_row = torch.bincount(rows, minlength=len(values))
        found = per_row.nonzero()[:, 0]
        starts = per_row.cumsum(0) - per_row
        fresh = torch.full((len(values), int(per_row.max())), EMPTY, device=rows.device)
        fresh[rows, torch.arange(len(rows), device=rows.device) - starts[rows]] = _keys(
            values[rows, places], images[places]
        )
        self.keys[found] = torch.cat([self.keys[found], fresh[found]], 1).topk(n, 1).values

    def merge(self, other: Ranking) -> Ranking:
        """Of both; they must not have seen the same image."""
        return Ranking(torch.cat([self.keys, other.keys], 1).topk(self.keys.shape[1], 1).values)

    def of(self, unit: int) -> list[tuple[float, int]]:
        """(value, image) of one unit, best first."""
        keys = self.keys[unit]
        keys = keys[keys != EMPTY]
        return list(zip(_values(keys).tolist(), _images(keys).tolist(), strict=True))

    def _bound(self, images: Tensor) -> Tensor:
        """What a value must exceed to get in; where an earlier image comes late, a tie gets in as well."""
        last = self.keys[:, -1]
        bound = _values(last)
        below = torch.nextafter(bound, torch.full_like(bound, -torch.inf))
        return torch.where(images.min() < _images(last), below, bound)


def _keys(values: Tensor, images: Tensor) -> Tensor:
    """EMPTY where a value is not a finite number."""
    bits = (values + 0.0).view(torch.int32)  # adding 0 makes -0 the same as 0
    ordered = bits ^ ((bits >> 31) & _LAST)
    keys = (ordered.long() << 32) | (_LAST - images)
    return keys.masked_fill(~values.isfinite(), EMPTY)


def _values(keys: Tensor) -> Tensor:
    ordered = (keys >> 32).int()
    return (ordered ^ ((ordered >> 31) & _LAST)).view(torch.float32)


def _images(keys: Tensor) -> Tensor:
    return _LAST - (keys & 0xFFFFFFFF)
