"""What the pictures of a batch climb: each its own unit, alone, together with another one, or against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import torch
from torch import Tensor

from deepvis_app.messages import F32, U8
from precompute.synthesis.objectives import Objective
from precompute.synthesis.part import Part

Shares = tuple[tuple[int, float], ...]  # numbers of facets, each with its share


@dataclass(frozen=True)
class Task:
    """One picture to be made; `other` is a second unit of the layer and 1 (with it) or -1 (against it).

    `first` is where this one starts, in place of the wish's: input-sized RGB, or with a generator a code. It counts
    neither for equality nor in words.
    """

    unit: int
    seed: int
    other: tuple[int, int] | None = None
    first: U8 | F32 | None = field(default=None, repr=False, compare=False)
    facets: Shares = ()  # of the unit, in which the picture is kept; () for in none


class Keeper(Protocol):
    """What keeps pictures in facets: see `precompute.facets.keeping`."""

    def worth(self, part: Part, inputs: Tensor, tasks: Sequence[Task]) -> Tensor:
        """(N,): what each picture's facets add to what it climbs, of the part's inputs (N, C, h, w); differentiable."""


@dataclass(frozen=True)
class Aim:
    """The value of each picture of a batch, a row each.

    With a and b the values of the two units, each divided by its `scales`: with another unit
    a + b - gamma |a - b| (Nguyen et al. 2016, Eq. 2 without its norm, which shrinks the code); that is 2 min(a, b)
    for gamma 1. Against it a - b. A unit alone counts undivided.
    """

    objective: Objective
    units: Tensor  # (N,) int64
    others: Tensor  # (N,) int64; the unit itself where there is no other
    signs: Tensor  # (N,) 1, -1, or 0 where there is no other
    scales: Tensor  # (2, N)
    gamma: float
    pairs: bool

    def value(self, maps: Tensor) -> Tensor:
        """Maps (N, units, h, w) -> (N,)."""
        first = self.objective.value(maps, self.units)
        if not self.pairs:
            return first
        a, b = first / self.scales[0], self.objective.value(maps, self.others) / self.scales[1]
        both = a + self.signs * b - self.gamma * (self.signs > 0) * (a - b).abs()
        return torch.where(self.signs == 0, first, both)

    def of(self, rows: Tensor) -> Aim:
        """That of some pictures of the batch; `rows` (N,) is a mask."""
        return replace(
            self,
            units=self.units[rows],
            others=self.others[rows],
            signs=self.signs[rows],
            scales=self.scales[:, rows],
        )


def aim(
    objective: Objective,
    tasks: Sequence[Task],
    gamma: float,
    scales: Mapping[int, float],
    device: torch.device,
) -> Aim:
    """`scales` are the units' largest known values; two of which one has none, or none above 0, are not divided."""
    units = [task.unit for task in tasks]
    others = [task.other or (task.unit, 0) for task in tasks]
    divisors = []
    for unit, (other, _) in zip(units, others, strict=True):
        known = [0.0 if objective.shares else scales.get(one, 0.0) for one in (unit, other)]
        divisors.append(known if min(known) > 0 else [1.0, 1.0])
    return Aim(
        objective,
        torch.tensor(units, device=device),
        torch.tensor([other for other, _ in others], device=device),
        torch.tensor([sign for _, sign in others], device=device),
        torch.tensor(divisors, device=device).T,
        gamma,
        any(task.other for task in tasks),
    )
