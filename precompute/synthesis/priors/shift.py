"""Shift: the network sees the picture moved by whole pixels."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from precompute.synthesis.priors.base import Moment, Prior, demand

_LEAST = 1e-6  # of a uniform number that becomes a normal one


@dataclass(frozen=True)
class Shift(Prior):
    """Plain jitter, another way at each step; what leaves on one side comes back on the other.

    Where the network sees all of the picture, evenly up to +-`pixels` of a 224 pixel input, less for units with a
    small field (Mordvintsev, Olah & Tyka 2015, "Inceptionism", released notebook). Where it sees the middle of a
    larger canvas, by N(0, (`slack` * room to move)^2), cut where the canvas ends, so nothing comes back (Nguyen et
    al. 2016 (MFV), S2.3, whose released code has 0.3 and 0.1).
    """

    pixels: float = 32.0
    slack: float = 0.3

    def __post_init__(self) -> None:
        demand(self.pixels >= 0 and self.slack >= 0, "The pixels and slack of shift must be at least 0.")

    def transform(self, pictures: Tensor, moment: Moment) -> Tensor:
        drawn = moment.draw(2)
        height, width = pictures.shape[-2:]
        if moment.size is None or moment.size == (height, width):
            ways = (2 * drawn - 1) * self.pixels * moment.scale * moment.room
        else:
            free = torch.tensor([height - moment.size[0], width - moment.size[1]])
            ways = torch.special.ndtri(drawn.clamp(_LEAST, 1 - _LEAST)) * self.slack * free
            ways = ways.clamp(-(free // 2), free // 2)
        moved = zip(pictures, ways.round().int().tolist(), strict=True)
        return torch.stack([picture.roll(way, (-2, -1)) for picture, way in moved])
