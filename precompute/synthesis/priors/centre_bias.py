"""Centre bias: only the middle of what the network sees is painted on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from precompute.synthesis.priors.base import Moment, Prior, demand


@dataclass(frozen=True)
class CentreBias(Prior):
    """The gradient is zero but for the middle `share` of each side of what the network sees.

    Nguyen et al. 2016 (MFV), S2.3, phase 4: 127 of 227 pixels, so that one object gets sharper and no others appear
    beside it. The network sees all of the picture; other transforms come before, so the middle moves with a shift.
    """

    share: float = 127 / 227

    def __post_init__(self) -> None:
        demand(0 < self.share <= 1, "The share of centre-bias must be over 0 and at most 1.")

    def transform(self, pictures: Tensor, moment: Moment) -> Tensor:
        sides = pictures.shape[-2:]
        seen = moment.size or tuple(sides)
        lengths = [max(round(self.share * side), 1) for side in seen]
        starts = [(side - length) // 2 for side, length in zip(sides, lengths, strict=True)]
        middle = torch.zeros(sides, dtype=torch.bool, device=pictures.device)
        middle[starts[0] : starts[0] + lengths[0], starts[1] : starts[1] + lengths[1]] = True
        return torch.where(middle, pictures, pictures.detach())
