"""Alpha-norm: large deviations cost ever more, small ones nearly nothing."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from precompute.synthesis.priors.base import Moment, Prior, demand


@dataclass(frozen=True)
class AlphaNorm(Prior):
    """weight * sum over pixels and colours of |x / bound|^alpha.

    Mahendran & Vedaldi 2015, "Understanding deep image representations by inverting them", section 3 with
    alpha = 6: it keeps values in a range and hardly touches those inside. `bound` is that range, in 0..1 about the
    mean colour.
    """

    weight: float
    alpha: float = 6.0
    bound: float = 0.5

    def __post_init__(self) -> None:
        demand(self.weight >= 0, "The weight of alpha-norm must be at least 0.")
        demand(self.alpha >= 1, "The alpha of alpha-norm must be at least 1.")
        demand(self.bound > 0, "The bound of alpha-norm must be over 0.")

    def penalty(self, deviations: Tensor, moment: Moment) -> Tensor:  # noqa: ARG002 (a hook)
        return self.weight * (deviations / self.bound).abs().pow(self.alpha).flatten(1).sum(1)
