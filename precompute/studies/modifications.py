"""How pictures are modified (Nguyen et al. 2016, section 3.5): the MODIFICATIONS table, and reordered quarters."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import permutations

import torch
from torch import Tensor
from torch.nn import functional as F

QUARTER_ORDERS = tuple(permutations(range(4)))  # the first is the picture as it is
BLUR = 1.5  # pixels, standard deviation; 3 of 227 pixels, as in the paper, is less than the generator itself blurs

Modification = Callable[[Tensor, torch.Generator], Tensor]


def brg(pictures: Tensor, dice: torch.Generator) -> Tensor:  # noqa: ARG001 (a Modification)
    """Blue, red and green stand where red, green and blue stood."""
    return pictures[:, [2, 0, 1]]


def cut_up(pictures: Tensor, dice: torch.Generator) -> Tensor:
    """The quarters of each picture in a random other order."""
    drawn = torch.randint(1, len(QUARTER_ORDERS), (len(pictures),), generator=dice).tolist()
    return torch.cat([reordered(pictures[k : k + 1], order) for k, order in enumerate(drawn)])


def blur(pictures: Tensor, dice: torch.Generator) -> Tensor:  # noqa: ARG001 (a Modification)
    """Gaussian, BLUR pixels wide, mirrored at the border."""
    reach = math.ceil(3 * BLUR)
    kernel = torch.exp(-(torch.arange(-reach, reach + 1.0) ** 2) / (2 * BLUR**2))
    kernel = (kernel / kernel.sum()).to(pictures)
    channels = pictures.shape[1]
    row = kernel.view(1, 1, 1, -1).repeat(channels, 1, 1, 1)
    padded = F.pad(pictures, (reach,) * 4, mode="reflect")
    return F.conv2d(F.conv2d(padded, row, groups=channels), row.transpose(2, 3), groups=channels)


# name -> pictures (N, 3, H, W), float RGB in 0..1, and what draws their chances -> the same modified.
MODIFICATIONS: dict[str, Modification] = {"brg": brg, "cut-up": cut_up, "blur": blur}


def reordered(pictures: Tensor, order: int) -> Tensor:
    """Pictures (N, C, H, W) of even sides with their quarters in the order QUARTER_ORDERS[order]."""
    height, width = pictures.shape[2] // 2, pictures.shape[3] // 2
    quarters = [
        pictures[:, :, top : top + height, left : left + width] for top in (0, height) for left in (0, width)
    ]
    one, two, three, four = (quarters[k] for k in QUARTER_ORDERS[order])
    return torch.cat([torch.cat([one, two], 3), torch.cat([three, four], 3)], 2)
