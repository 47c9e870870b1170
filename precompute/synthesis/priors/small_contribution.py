"""Clipping by small contribution: pixels that the value does not depend on go back to the mean colour."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from precompute.synthesis.priors.base import Moment, Prior, demand
from precompute.synthesis.priors.small_norm import keep_above


@dataclass(frozen=True)
class SmallContribution(Prior):
    """Pixels whose |sum over colours of x * g| is below the picture's `percent` percentile become zero.

    Yosinski et al. 2015, section 3: how much the value would change, to first order, if the pixel were zero.
    `g` is the gradient before the step, as in the code of 2015.
    """

    percent: float

    def __post_init__(self) -> None:
        demand(0 <= self.percent <= 100, "The percent of small-contribution must be from 0 to 100.")

    def project(self, deviations: Tensor, moment: Moment) -> Tensor:
        assert moment.gradient is not None
        contribution = (deviations * moment.gradient).sum(1).abs()
        return keep_above(deviations, contribution, self.percent)
