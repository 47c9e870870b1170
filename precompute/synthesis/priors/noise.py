"""Noise: every step also goes somewhere by chance, or the network sees a little less of the picture."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from precompute.synthesis.priors.base import Moment, Prior, demand

_LEAST = 1e-7  # of a uniform number: the normal one it stands for is within five standard deviations


@dataclass(frozen=True)
class Noise(Prior):
    """x <- x + N(0, deviation^2) after each step: the third term of a sampler.

    Nguyen, Yosinski & Clune 2019 (survey), Eq. 11, with epsilon_3 = `deviation` (in 0..1, or in the units of a code),
    which changes linearly to `end` by the last step. With `seen` only what the network sees is noisy, so that what
    noise can hide does not count (one of the transformations in the released code of Fel et al. 2023, MACO).
    """

    deviation: float
    end: float = 0.0
    seen: bool = False

    def __post_init__(self) -> None:
        demand(self.deviation >= 0 and self.end >= 0, "The deviation and end of noise must be at least 0.")

    def transform(self, pictures: Tensor, moment: Moment) -> Tensor:
        return self._noisy(pictures, moment) if self.seen else pictures

    def project(self, deviations: Tensor, moment: Moment) -> Tensor:
        return deviations if self.seen else self._noisy(deviations, moment)

    def _noisy(self, x: Tensor, moment: Moment) -> Tensor:
        size = self.deviation + (self.end - self.deviation) * moment.done
        if not size:
            return x
        drawn = moment.draw(x[0].numel()).clamp(_LEAST, 1 - _LEAST)
        normal: Tensor = torch.special.ndtri(drawn).to(x).view_as(x)
        return x + size * normal
