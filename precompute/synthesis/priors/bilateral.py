"""Bilateral filter: a blur that stops at edges."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from precompute.synthesis.priors.base import Moment, Prior, demand
from precompute.synthesis.priors.blur import SMALLEST_SCALE
from precompute.synthesis.priors.pieces import by_pieces

WIDEST = 16.0  # pixels
_REACH = 2.0  # in widths: what lies farther away has less than 14 % of the middle's weight


@dataclass(frozen=True)
class Bilateral(Prior):
    """x_i <- sum_j w_ij x_j / sum_j w_ij, w_ij = exp(-|i - j|^2 / 2 width^2) exp(-|x_i - x_j|^2 / 2 colour^2).

    Tomasi & Manduchi 1998, "Bilateral filtering for gray and color images"; between ascent steps: Tyka 2016, "Class
    visualization with bilateral filters". At every `every`-th step from the first on. `width` is in pixels of a 224
    pixel input and changes linearly to `end_width` (None: it stays), `colour` in 0..1; the picture is mirrored at its
    borders.
    """

    width: float = 1.5
    colour: float = 0.1
    every: int = 4
    end_width: float | None = None

    def __post_init__(self) -> None:
        widths = (self.width, self.width if self.end_width is None else self.end_width)
        demand(
            min(widths) >= 0 and max(widths) <= WIDEST,
            f"The widths of bilateral must be from 0 to {WIDEST:g}: the time grows with their square.",
        )
        demand(self.colour > 0, "The colour of bilateral must be over 0.")
        demand(self.every >= 1, "The every of bilateral must be at least 1.")

    def project(self, deviations: Tensor, moment: Moment) -> Tensor:
        if moment.index % self.every:
            return deviations
        end = self.width if self.end_width is None else self.end_width
        width = (self.width + (end - self.width) * moment.done) * max(moment.scale, SMALLEST_SCALE)
        if width <= 0:
            return deviations
        return by_pieces(lambda part: bilateral(part, width, self.colour), deviations)


def bilateral(x: Tensor, width: float, colour: float) -> Tensor:
    """(N, C, h, w) filtered with a window of two widths to each side."""
    height, across = x.shape[-2:]
    radius = min(math.ceil(_REACH * width), height - 1, across - 1)
    padded = F.pad(x, (radius,) * 4, "reflect")
    total, weights = torch.zeros_like(x), torch.zeros_like(x[:, :1])
    for down in range(2 * radius + 1):
        for right in range(2 * radius + 1):
            moved = padded[..., down : down + height, right : right + across]
            near = ((down - radius) ** 2 + (right - radius) ** 2) / (2 * width**2)
            alike = (moved - x).square().sum(1, keepdim=True).div_(-2 * colour**2).sub_(near).exp_()
            total.addcmul_(moved, alike)
            weights.add_(alike)
    return total.div_(weights)
