"""Patch colours: every patch of the picture is drawn to a natural one."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from precompute.synthesis.priors.base import Moment, Prior, demand
from precompute.synthesis.priors.codebook import CELLS, PICTURE, natural

_SIDE = 224 / PICTURE  # pixels of a cell, for a 224 pixel input


@dataclass(frozen=True)
class PatchColours(Prior):
    """weight / 2 * sum over pixels of |p - d_p|^2, d_p the nearest of a set of natural patches to the pixel's patch p.

    The data-driven patch prior of Wei et al. 2015, "Understanding intra-class knowledge inside CNN", which makes the
    picture "match the colors of a set of natural image patches" (Nguyen et al. 2016 (MFV), S2.4). Patches are 4 x 4
    cells of 3.5 pixels of a 224 pixel input, side by side, each step from another place on, over the picture mirrored
    at its borders; the set are 256 means of patches of photographs, so a patch's fine structure is left alone. The
    network's mean colour stands for theirs. A picture smaller than a patch costs nothing.
    """

    weight: float

    def __post_init__(self) -> None:
        demand(self.weight >= 0, "The weight of patch-colours must be at least 0.")

    def penalty(self, deviations: Tensor, moment: Moment) -> Tensor | None:
        cell = max(round(_SIDE * moment.scale), 1)
        side = cell * CELLS
        places = moment.draw(2)
        if min(deviations.shape[-2:]) < side:
            return None
        starts = (places * side).long().clamp(max=side - 1).tolist()
        costs = [_distance(picture, start, cell) for picture, start in zip(deviations, starts, strict=True)]
        return self.weight / 2 * torch.stack(costs)


def _distance(picture: Tensor, start: list[int], cell: int) -> Tensor:
    """The squared distance of a picture (C, h, w) to its patches' nearest natural ones, summed over pixels.

    The first patch begins `start` pixels (down, across) outside the picture.
    """
    (top, left), (height, width), side = start, picture.shape[1:], cell * CELLS
    pads = (left, -(left + width) % side, top, -(top + height) % side)
    cells = F.avg_pool2d(F.pad(picture[None], pads, "reflect")[0], cell)
    patches = (
        cells.unfold(1, CELLS, CELLS).unfold(2, CELLS, CELLS).permute(1, 2, 0, 3, 4).flatten(0, 1).flatten(1)
    )
    words = natural().to(picture)
    words = (words if picture.shape[0] == words.shape[1] else words.mean(1, keepdim=True)).flatten(1)
    nearest = torch.cdist(patches.detach(), words).argmin(1)
    return (patches - words[nearest]).square().sum() * cell**2
