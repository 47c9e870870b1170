"""Clipping by small contribution: pixels that the value does not depend on go back to the mean colour."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from precompute.synthesis.priors.base import Moment, Prior
from precompute.synthesis.priors.small_norm import keep_above


@dataclass(frozen=True)
class SmallContribution(Prior):
    """Pixels whose |sum over colours of x * g| is below the picture's `percent` percentile become zero.

    Yosinski et al. 2015, section 3: how much the value would change, to first order, if the pixel were zero.
    `g` is the gradient before the step, as in the code of 2015.
    """

    percent: float

    def project(self, deviations: Tensor, moment: Moment) -> Tensor:
        assert moment.gradient is not None
        contribution = (deviations * moment.gradient).sum(1).abs()
        return keep_above(deviations, contribution, self.percent)
