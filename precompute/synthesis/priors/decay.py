"""L2 decay: large deviations are pulled back to the mean colour."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from precompute.synthesis.priors.base import Moment, Prior, demand


@dataclass(frozen=True)
class Decay(Prior):
    """x <- (1 - rate) x after each step (Yosinski et al. 2015, section 3); `rate` in 0..1."""

    rate: float

    def __post_init__(self) -> None:
        demand(0 <= self.rate <= 1, "The rate of decay must be from 0 to 1.")

    def project(self, deviations: Tensor, moment: Moment) -> Tensor:  # noqa: ARG002 (a hook)
        return deviations * (1 - self.rate)
