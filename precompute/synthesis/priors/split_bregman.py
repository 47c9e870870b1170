"""Total variation by split Bregman: the whole picture is replaced by the smoothest one near it, edges kept."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from precompute.synthesis.priors.base import Moment, Prior, demand
from precompute.synthesis.priors.bregman import denoised

_FEWEST = 4  # sweeps, where so many are wanted at 224 pixels


@dataclass(frozen=True)
class SplitBregman(Prior):
    """x <- argmin over u of TV(u) + w / 2 * |u - x|^2 after each step (Nguyen et al. 2016 (MFV), 2.3 and S2.1).

    `weight` w is for values in 0..1 and an input of 224 pixels (255 * 227 / 224 times that of the paper, whose values
    are 0..255 and whose inputs have 227) and changes linearly to `end_weight` (None: it stays); a small one smooths
    more. The solver takes `sweeps` from where it was after the last step, which comes as near as many more from the
    start; in proportion fewer for a smaller input, over which a change has not so far to go.

    For inputs of s pixels what is smoothed away keeps its size in sides of the picture. Let the pixels be
    u(p) = U(p / s) of a picture U on the unit square: |grad u| = |grad U| / s, and a sum over pixels is s^2 times an
    integral, so that TV(u) + w / 2 |u - x|^2 = s (TV(U) + w s / 2 |U - X|^2): w goes with 1 / s. The solver's own
    phi(|grad u|), whose slope is a function of coupling * |grad u|, keeps its form if the coupling, 2 w at 224 pixels,
    goes with s.
    """

    weight: float
    end_weight: float | None = None
    sweeps: int = 16

    def __post_init__(self) -> None:
        end = self.weight if self.end_weight is None else self.end_weight
        demand(self.weight > 0 and end > 0, "The weights of split-bregman must be over 0.")
        demand(self.sweeps >= 1, "split-bregman needs at least 1 of its sweeps.")

    def project(self, deviations: Tensor, moment: Moment) -> Tensor:
        end = self.weight if self.end_weight is None else self.end_weight
        weight = self.weight + (end - self.weight) * moment.done
        weight, coupling = weight / moment.scale, 2 * weight * moment.scale
        sweeps = max(round(self.sweeps * moment.scale), min(self.sweeps, _FEWEST))
        kept = moment.memory.get(self)
        solved, moment.memory[self] = denoised(deviations.flatten(0, 1), weight, sweeps, kept, coupling)
        return solved.view_as(deviations)
