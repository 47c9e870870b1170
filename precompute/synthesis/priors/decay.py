"""L2 decay: large deviations are pulled back to the mean colour."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from precompute.synthesis.priors.base import Moment, Prior


@dataclass(frozen=True)
class Decay(Prior):
    """x <- (1 - rate) x after each step (Yosinski et al. 2015, section 3); `rate` in 0..1."""

    rate: float

    def project(self, deviations: Tensor, moment: Moment) -> Tensor:  # noqa: ARG002 (a hook)
        return deviations * (1 - self.rate)
