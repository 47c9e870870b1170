"""Jitter: the network sees the picture moved, turned and scaled a little, each time differently."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from precompute.synthesis.priors.base import Moment, Prior, demand


@dataclass(frozen=True)
class Jitter(Prior):
    """A pattern survives only if it works wherever it lies, so pixel noise averages out (Mordvintsev et al. 2015).

    Each step draws evenly from +-`shift` (share of the picture's side), +-`turn` (degrees) and a zoom of
    1 +- `zoom`, less for units with a small field. The picture is mirrored at its borders and read bilinearly.
    """

    shift: float = 1 / 8
    turn: float = 15.0
    zoom: float = 0.25

    def __post_init__(self) -> None:
        demand(
            min(self.shift, self.turn, self.zoom) >= 0,
            "The shift, turn and zoom of jitter must be at least 0.",
        )
        demand(self.zoom < 1, "The zoom of jitter must be less than 1.")

    def transform(self, pictures: Tensor, moment: Moment) -> Tensor:
        across, down, turn, zoom = ((2 * moment.draw(4) - 1) * moment.room).to(pictures).unbind(1)
        angle = turn * math.radians(self.turn)
        size = 1 / (1 + zoom * self.zoom)
        height, width = pictures.shape[-2:]
        cos, sin = angle.cos() * size, angle.sin() * size
        # in the grid's units, of which a side has 2, so a turn needs the aspect
        rows = (
            torch.stack([cos, -sin * height / width, across * 2 * self.shift], 1),
            torch.stack([sin * width / height, cos, down * 2 * self.shift], 1),
        )
        grid = F.affine_grid(torch.stack(rows, 1), list(pictures.shape), align_corners=False)
        return F.grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)
