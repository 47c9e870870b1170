"""Where a backward pass starts: a signal over one unit's map, and the objective whose gradient it is.

With a the unit's map (h, w): "map" starts from a itself, the gradient of 0.5 * sum a^2 (the 2015 toolbox);
"max" from 1 at the largest value, the gradient of max a; "position" from 1 at the picked place, the gradient
of a[y, x]. A picked place outside the map is moved to the nearest one inside.
"""

from __future__ import annotations

import torch
from torch import Tensor

from deepvis_app.messages import Seed


def place(unit_map: Tensor, seed: Seed) -> tuple[int, int]:
    """(y, x) of the one position that a "max" or "position" seed starts from; unit_map is (h, w)."""
    height, width = unit_map.shape
    if seed.kind == "max":
        y, x = divmod(int(unit_map.argmax()), width)
    else:
        y, x = seed.position
    return min(max(y, 0), height - 1), min(max(x, 0), width - 1)


def signal(unit_map: Tensor, seed: Seed) -> Tensor:
    """The starting signal (h, w) for a unit's map (h, w)."""
    unit_map = unit_map.detach()
    if seed.kind == "map":
        return unit_map.clone()
    start = torch.zeros_like(unit_map)
    start[place(unit_map, seed)] = 1
    return start


def objective(unit_maps: Tensor, seed: Seed, at: tuple[int, int]) -> Tensor:
    """The objective (N,) of N maps (N, h, w) of one unit; `at` is the place that `seed` starts from."""
    if seed.kind == "map":
        return 0.5 * unit_maps.square().sum((1, 2))
    return unit_maps[:, at[0], at[1]]
