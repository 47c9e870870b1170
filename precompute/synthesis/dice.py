"""Random numbers of each picture's own, so that it does not matter which others are made with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


class Dice:
    """One generator a seed, on the CPU, so that every device sees the same numbers; equal seeds share theirs.

    Pictures of the same seed get the same numbers in the same order, whatever unit they are of.
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        distinct = sorted(set(seeds))
        self._generators = [torch.Generator().manual_seed(seed) for seed in distinct]
        self._which = torch.tensor([distinct.index(seed) for seed in seeds])

    def uniform(self, *shape: int) -> Tensor:
        """(N, *shape) in 0..1."""
        return self._drawn(torch.rand, shape)

    def normal(self, *shape: int) -> Tensor:
        """(N, *shape) of mean 0 and standard deviation 1."""
        return self._drawn(torch.randn, shape)

    def _drawn(self, draw: Callable[..., Tensor], shape: tuple[int, ...]) -> Tensor:
        return torch.stack([draw(*shape, generator=one) for one in self._generators])[self._which]
