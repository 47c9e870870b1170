"""Gaussian blur: high frequencies are taken away now and then."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from precompute.synthesis.priors.base import Moment, Prior, demand

SMALLEST_SCALE = 0.6  # blurs for 224 pixels shrink with the input, but under 0.3 pixels they do nothing
_REACH = 4.0  # in widths, as scipy's gaussian_filter cuts its kernel


@dataclass(frozen=True)
class Blur(Prior):
    """x <- GaussianBlur(x, width) at every `every`-th step from the first on (Yosinski et al. 2015, section 3).

    `width` is the standard deviation in pixels of a 224 pixel input and changes linearly to `end_width` (None: it
    stays). The picture is mirrored at its borders. `gentle`: less for units with a small field.
    """

    width: float
    every: int = 1
    end_width: float | None = None
    gentle: bool = False

    def __post_init__(self) -> None:
        demand(min(self.width, self.end_width or 0.0) >= 0, "The widths of blur must be at least 0.")
        demand(self.every >= 1, "The every of blur must be at least 1.")

    def project(self, deviations: Tensor, moment: Moment) -> Tensor:
        if moment.index % self.every:
            return deviations
        end = self.width if self.end_width is None else self.end_width
        width = self.width + (end - self.width) * moment.done
        width *= max(moment.scale, SMALLEST_SCALE) * (moment.room if self.gentle else 1)
        return gaussian_blur(deviations, width)


def gaussian_blur(x: Tensor, sigma: float) -> Tensor:
    """(N, C, h, w) blurred along both axes with half-sample mirroring at the borders, as scipy's "reflect"."""
    if sigma <= 0:
        return x
    down, across = (_matrix(length, sigma).to(x) for length in x.shape[-2:])
    blurred: Tensor = down @ x @ across.T
    return blurred


@lru_cache(maxsize=64)
def _matrix(length: int, sigma: float) -> Tensor:
    """(length, length): the blur of one axis, borders included, as one matrix; small pictures make it cheap."""
    radius = int(_REACH * sigma + 0.5)
    kernel = torch.exp(-0.5 * (torch.arange(-radius, radius + 1, dtype=torch.float64) / sigma).square())
    kernel /= kernel.sum()
    matrix = torch.zeros(length, length, dtype=torch.float64)
    rows = torch.arange(length)
    for offset, weight in zip(range(-radius, radius + 1), kernel, strict=True):
        columns = (rows + offset) % (2 * length)  # mirrored: 0 1 2 2 1 0 0 1 ...
        columns = torch.where(columns >= length, 2 * length - 1 - columns, columns)
        matrix.index_put_((rows, columns), weight.expand(length), accumulate=True)
    return matrix
