"""Percentiles within each picture, also of batches that are too large for one call of torch's own."""

from __future__ import annotations

import torch
from torch import Tensor

_LIMIT = 1 << 24  # elements that torch.quantile takes


def within(values: Tensor, percent: float) -> Tensor:
    """(N, ...) -> (N,): each picture's percentile, 0..100, linear between its values as numpy's."""
    flat = values.flatten(1).float()
    rows = max(_LIMIT // flat.shape[1], 1)
    return torch.cat([torch.quantile(part, percent / 100, dim=1) for part in flat.split(rows)])
