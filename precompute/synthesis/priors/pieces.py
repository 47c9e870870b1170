"""Batches cut into pieces that stay in a processor's cache, for filters that go over the same numbers many times."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

_NUMBERS = 1 << 16  # of a piece: with what a filter needs beside it, a megabyte or two


def by_pieces(work: Callable[[Tensor], Tensor], batch: Tensor) -> Tensor:
    """`work` on (n, ...) for n of the batch's rows at a time; all at once where there is no such cache to fit."""
    if batch.device.type != "cpu" or not len(batch):
        return work(batch)
    return torch.cat([work(piece) for piece in batch.split(rows_at_once(batch))])


def rows_at_once(batch: Tensor) -> int:
    """How many rows of the batch make a piece; all of them where there is no such cache to fit."""
    if batch.device.type != "cpu":
        return max(len(batch), 1)
    return max(_NUMBERS // max(batch[0].numel(), 1), 1) if len(batch) else 1
