"""What a generator is trained on: image, feature and adversarial errors, and who may learn at the moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from precompute.generators.encoder import Features

# Of the compared maps, from the picture inwards; a layer list of another length takes the last ones.
MAP_WEIGHTS = (0.3, 0.3, 0.5, 1.0)


@dataclass(frozen=True)
class Weights:
    """How much each error counts. All errors are means, not sums, so that sizes do not matter."""

    image: float = 20.0  # times the mean squared error of pictures in 0..1
    maps: float = 1.0  # times MAP_WEIGHTS
    code: float = 1.0


@dataclass(frozen=True)
class Errors:
    """The parts of one batch's loss, each a scalar with gradient."""

    image: torch.Tensor
    maps: tuple[torch.Tensor, ...]
    code: torch.Tensor

    def total(self, weights: Weights) -> torch.Tensor:
        each = map_weights(len(self.maps))
        loss = weights.image * self.image + weights.code * self.code
        for weight, error in zip(each, self.maps, strict=True):
            loss = loss + weights.maps * weight * error
        return loss


def map_weights(count: int) -> tuple[float, ...]:
    """One weight per compared map, the deepest last."""
    extra = max(count - len(MAP_WEIGHTS), 0)
    return (MAP_WEIGHTS[0],) * extra + MAP_WEIGHTS[len(MAP_WEIGHTS) - (count - extra) :]


def normalised_error(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Mean squared error over the mean square of what was wanted: 0 is equal, 1 is as bad as zeros."""
    found, wanted = found.float(), wanted.float()
    return F.mse_loss(found, wanted) / wanted.square().mean().clamp_min(1e-12)


def errors(painted: torch.Tensor, wanted: torch.Tensor, seen: Features, real: Features) -> Errors:
    """Of pictures (N, 3, S, S) in 0..1, and of what the encoder sees in both."""
    maps = tuple(normalised_error(a, b) for a, b in zip(seen.maps, real.maps, strict=True))
    return Errors(F.mse_loss(painted, wanted), maps, normalised_error(seen.code, real.code))


def real_loss(logits: torch.Tensor) -> torch.Tensor:
    """Cross entropy of calling these pictures real; for the generator's pictures it is the generator's loss."""
    return F.softplus(-logits.float()).mean()


def fake_loss(logits: torch.Tensor) -> torch.Tensor:
    """Cross entropy of calling these pictures painted."""
    return F.softplus(logits.float()).mean()


@dataclass
class Balance:
    """Who learns: the rule of the published DeePSiM training, on smoothed losses.

    r = (L_real + L_fake) / L_adv. The discriminator stops below 0.1 and goes on above 0.5; the generator's
    adversarial part stops above 10 and goes on when r is below 0.1. In between everything stays as it is. One
    batch's r is noise: each loss is an exponential mean over about 1 / (1 - smoothing) batches.
    """

    smoothing: float = 0.95
    real: float = 0.0
    fake: float = 0.0
    against: float = 0.0
    batches: int = 0
    discriminator_learns: bool = True
    generator_learns: bool = True

    def update(self, real: float, fake: float, against: float) -> None:
        if not all(map(math.isfinite, (real, fake, against))):
            return  # as the optimisers, which leave out such a batch: it would stay in the means for ever
        keep = min(self.smoothing, self.batches / (self.batches + 1))
        self.real = keep * self.real + (1 - keep) * real
        self.fake = keep * self.fake + (1 - keep) * fake
        self.against = keep * self.against + (1 - keep) * against
        self.batches += 1
        if self.ratio < 0.1:
            self.discriminator_learns, self.generator_learns = False, True
        elif self.ratio > 10:
            self.discriminator_learns, self.generator_learns = True, False
        elif self.ratio > 0.5:
            self.discriminator_learns = True

    @property
    def ratio(self) -> float:
        return (self.real + self.fake) / max(self.against, 1e-12)


def mean_of(values: Sequence[float]) -> float:
    return sum(values) / len(values)
