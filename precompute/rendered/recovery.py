"""Whether groups of pictures are those that were planted; numpy only, but for the assignment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

F64 = np.ndarray[Any, np.dtype[np.float64]]
ENOUGH = 0.8  # of a facet's F1, from which on it counts as recovered
_SHUFFLES = 200


def recovered(planted: Sequence[int], found: Sequence[int]) -> F64:
    """F1 of each planted facet (0, 1 ...) with the group that stands for it; 0 for one that has none.

    `planted` and `found` say of each picture to which facet and to which group it belongs. Facets and groups are
    paired one to one, such that the sum of F1 is largest (Kuhn 1955, as scipy has it). F1 is 2 |common| / (|facet| +
    |group|): 1 for the same pictures, 2/3 for a half or the double of them.
    """
    from scipy.optimize import linear_sum_assignment

    facets, groups = np.asarray(planted), np.asarray(found)
    inside = np.eye(facets.max() + 1)[facets]  # (pictures, facets)
    grouped = np.eye(groups.max() + 1)[groups]
    f1 = 2 * inside.T @ grouped / (inside.sum(0)[:, None] + grouped.sum(0))
    best = np.zeros(len(f1))
    rows, columns = linear_sum_assignment(f1, maximize=True)
    best[rows] = f1[rows, columns]
    return best


def by_chance(planted: Sequence[int], found: Sequence[int], seed: int = 0) -> float:
    """The share of facets that groups of the same sizes recover when pictures fall into them at random."""
    dice = np.random.default_rng(seed)
    shares = [(recovered(planted, dice.permutation(found)) >= ENOUGH).mean() for _ in range(_SHUFFLES)]
    return float(np.mean(shares))
