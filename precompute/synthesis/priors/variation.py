"""Total variation: neighbouring pixels are kept alike, edges are not forbidden."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from precompute.synthesis.priors.base import Moment, Prior, demand

_SOFT = 1e-6  # under the root, in 0..1 squared: a flat picture has a gradient, too


@dataclass(frozen=True)
class Variation(Prior):
    """weight * sum over pixels of sqrt(dx^2 + dy^2 over all colours), the isotropic total variation.

    Mahendran & Vedaldi 2015, "Understanding deep image representations by inverting them", with beta = 1.
    """

    weight: float

    def __post_init__(self) -> None:
        demand(self.weight >= 0, "The weight of variation must be at least 0.")

    def penalty(self, deviations: Tensor, moment: Moment) -> Tensor:  # noqa: ARG002 (a hook)
        across = F.pad(deviations[..., 1:] - deviations[..., :-1], (0, 1))
        down = F.pad(deviations[..., 1:, :] - deviations[..., :-1, :], (0, 0, 0, 1))
        squared = (across.square() + down.square()).sum(1)
        return self.weight * (squared + _SOFT).sqrt().sum((1, 2))
