"""Whether groups of pictures are those that were planted; numpy only, but for the assignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

F64 = np.ndarray[Any, np.dtype[np.float64]]
ENOUGH = 0.8  # of a facet's F1, from which on it counts as recovered
_SHUFFLES = 200


@dataclass(frozen=True)
class Match:
    """Of each planted facet: the F1 (facets,) with the group that stands for it, and that group's number, or -1."""

    f1: F64
    group: tuple[int, ...]

    @property
    def recovered(self) -> tuple[bool, ...]:
        return tuple(bool(value >= ENOUGH) for value in self.f1)


def match(planted: Sequence[int], found: Sequence[int]) -> Match:
    """`planted` and `found` say of each picture to which facet and to which group it belongs.

    Facets and groups are paired one to one, such that the sum of F1 is largest (Kuhn 1955, as scipy has it). F1 is
    2 |common| / (|facet| + |group|): 1 for the same pictures, 2/3 for a half or the double of them; 0 without a group.
    """
    from scipy.optimize import linear_sum_assignment

    facets, groups = np.asarray(planted), np.asarray(found)
    inside = np.eye(facets.max() + 1)[facets]  # (pictures, facets)
    grouped = np.eye(groups.max() + 1)[groups]
    f1 = 2 * inside.T @ grouped / (inside.sum(0)[:, None] + grouped.sum(0))
    best, of = np.zeros(len(f1)), np.full(len(f1), -1)
    rows, columns = linear_sum_assignment(f1, maximize=True)
    best[rows], of[rows] = f1[rows, columns], columns
    return Match(best, tuple(of.tolist()))


def by_chance(planted: Sequence[int], found: Sequence[int], seed: int = 0) -> float:
    """The share of facets that groups of the same sizes recover when pictures fall into them at random."""
    dice = np.random.default_rng(seed)
    shuffled = [
        np.array(match(planted, dice.permutation(found).tolist()).recovered) for _ in range(_SHUFFLES)
    ]
    return float(np.mean(shuffled))
