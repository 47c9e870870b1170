"""Clipping by small norm: pixels that are hardly used go back to the mean colour."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from precompute.synthesis.percentile import within
from precompute.synthesis.priors.base import Moment, Prior, demand


@dataclass(frozen=True)
class SmallNorm(Prior):
    """Pixels whose norm over the colours is below the picture's `percent` percentile become zero.

    Yosinski et al. 2015, section 3.
    """

    percent: float

    def __post_init__(self) -> None:
        demand(0 <= self.percent <= 100, "The percent of small-norm must be from 0 to 100.")

    def project(self, deviations: Tensor, moment: Moment) -> Tensor:  # noqa: ARG002 (a hook)
        return keep_above(deviations, deviations.square().sum(1).sqrt(), self.percent)


def keep_above(deviations: Tensor, importance: Tensor, percent: float) -> Tensor:
    """Zero where `importance` (N, h, w) is below its percentile within the picture."""
    threshold = within(importance, percent).view(-1, 1, 1)
    return deviations * (importance >= threshold)[:, None]
