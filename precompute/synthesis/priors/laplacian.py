"""Laplacian pyramid: coarse and fine structures of the gradient get the same say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from precompute.synthesis.priors.base import Moment, Prior, demand

_TAPS = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
_SMALLEST_SIDE = 4  # pixels of a level that is halved
_FAINT = 1e-6  # of the gradient's size: a level below it is rounding, not structure


@dataclass(frozen=True)
class Laplacian(Prior):
    """g <- sum over levels of level / rms(level)^strength, with the size (root mean square) that g had.

    Mordvintsev 2016, "DeepDreaming with TensorFlow" (released notebook, 4 levels, strength 1); the pyramid is that of
    Burt & Adelson 1983, "The Laplacian pyramid as a compact image code". Each of `levels` halves the sides; small
    pictures have fewer.
    """

    levels: int = 4
    strength: float = 1.0

    def __post_init__(self) -> None:
        demand(self.levels >= 1, "The levels of laplacian must be at least 1.")

    def regard(self, gradient: Tensor, moment: Moment) -> Tensor:  # noqa: ARG002 (a hook)
        size = _rms(gradient)
        faint = torch.where(size > 0, size * _FAINT, 1.0)
        *fine, rest = split(gradient, self.levels)
        even = rest / _rms(rest).maximum(faint).pow(self.strength)
        for level in reversed(fine):
            even = _larger(even, level.shape) + level / _rms(level).maximum(faint).pow(self.strength)
        now = _rms(even)
        return even * (size / torch.where(now > 0, now, 1.0))


def split(x: Tensor, levels: int) -> list[Tensor]:
    """Details from fine to coarse, and the rest; each plus the next, enlarged, is the level above it."""
    found = []
    for _ in range(levels):
        if min(x.shape[-2:]) < _SMALLEST_SIDE:
            break
        down, across = (_halving(side).to(x) for side in x.shape[-2:])
        smaller = down @ x @ across.T
        found.append(x - _larger(smaller, x.shape))
        x = smaller
    return [*found, x]


def _larger(x: Tensor, shape: torch.Size) -> Tensor:
    """The transposed halving, with weights that add up to one at every pixel."""
    down, across = (_halving(side).T.to(x) for side in shape[-2:])
    down, across = down / down.sum(1, keepdim=True), across / across.sum(1, keepdim=True)
    enlarged: Tensor = down @ x @ across.T
    return enlarged


@lru_cache(maxsize=64)
def _halving(length: int) -> Tensor:
    """(ceil(length / 2), length): blur by five taps, mirrored at the borders, and leave out every second pixel."""
    matrix = torch.zeros((length + 1) // 2, length, dtype=torch.float64)
    for row in range(len(matrix)):
        for offset, weight in zip(range(-2, 3), _TAPS, strict=True):
            column = abs(2 * row + offset)
            matrix[row, min(column, 2 * (length - 1) - column)] += weight
    return matrix


def _rms(x: Tensor) -> Tensor:
    """(N, 1, 1, 1): the root mean square of each picture."""
    return x.square().mean((1, 2, 3), keepdim=True).sqrt()
