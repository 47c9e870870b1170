"""What decides a generator's weights, and how rates and losses go over a run whose length may be raised later."""

from __future__ import annotations

import math
import random
from dataclasses import asdict, dataclass
from typing import Any

from precompute.generators import ADVERSARY, BATCH, PICTURES
from precompute.generators.losses import Weights
from precompute.generators.topology import Topology

# What may change between two parts of one run: how long it is, and what does not change the result.
CHANGEABLE = ("pictures",)
STILL = (0, 0, False)  # pictures are compared as they are


PLAIN = Weights()


@dataclass(frozen=True)
class Stage:
    """How pictures are compared, from a share of the run on."""

    begins: float
    weights: Weights = PLAIN
    jitter: int = 0  # pixels by which both pictures are moved, and flipped, before they are compared
    adversary: float = 1.0  # share of its weight


# Layout and colours are learned faster without jitter; then it breaks the mesh; then the code is to be met, and the
# adversary, whose strokes stay, does not hold it off. Without jitter, and with much weight, the code comes nearest, but
# as a mesh and as coloured grain: at the end both are smoothed out again.
STAGES = (
    Stage(0),
    Stage(0.0666, jitter=2),
    Stage(0.1465, Weights(code=3.0), jitter=2),
    Stage(0.2684, Weights(code=8.0), jitter=2),
    Stage(0.3549, Weights(code=8.0), jitter=2, adversary=0.4),
    Stage(0.5, Weights(code=16.0), jitter=2, adversary=0.3),
    Stage(0.625, Weights(code=16.0), adversary=0.3),
    Stage(0.7812, Weights(code=16.0), jitter=2, adversary=0.3),
    Stage(0.875, Weights(code=4.0), jitter=2, adversary=0.6),
)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the weights, beside the encoder and the data."""

    topology: Topology
    pictures: int = PICTURES  # in all, over all parts of the run
    batch: int = BATCH
    peak_rate: float = 5e-4
    warm_up: int = 2_000  # pictures until the peak rate
    decay_from: float = 0.5  # share of the run after which the rate falls
    last_rate: float = 0.02  # of the peak rate, at the end
    betas: tuple[float, float] = (0.9, 0.99)
    clip: float = 1.0  # largest norm of a gradient
    stages: tuple[Stage, ...] = STAGES
    adversary: float = ADVERSARY  # weight of its loss; 0: there is none
    adversary_from: float = 0.225  # share of the run without an adversary
    adversary_grows: int = 60_000  # pictures until its full weight
    adversary_rate: float = 4e-4
    adversary_betas: tuple[float, float] = (0.5, 0.99)
    average_decay: float = 0.999
    shift: int = 4  # pixels
    seed: int = 0

    def fixed(self) -> dict[str, Any]:
        """What must be the same when a run is taken up again."""
        return {key: value for key, value in asdict(self).items() if key not in CHANGEABLE}


def rate_factor(recipe: Recipe, seen: int) -> float:
    """Share of the peak rate after `seen` pictures: up to 1, along 1, then a half cosine down to `last_rate`."""
    if seen < recipe.warm_up:
        return (seen + recipe.batch) / (recipe.warm_up + recipe.batch)
    share = min(seen / recipe.pictures, 1.0)
    if share <= recipe.decay_from:
        return 1.0
    down = (share - recipe.decay_from) / (1 - recipe.decay_from)
    return recipe.last_rate + (1 - recipe.last_rate) * 0.5 * (1 + math.cos(math.pi * down))


def stage_of(recipe: Recipe, seen: int) -> Stage:
    """The last stage that has begun."""
    begun = (stage for stage in recipe.stages if round(stage.begins * recipe.pictures) <= seen)
    return max(begun, key=lambda stage: stage.begins)


def moved(recipe: Recipe, seen: int) -> tuple[int, int, bool]:
    """How both pictures of a batch are moved (rows, columns, flipped) before they are compared.

    A picture that has the wanted features only at one place of the convolutions' strides is a fooling pattern:
    without this a mesh with the strides' period covers the pictures.
    """
    jitter = stage_of(recipe, seen).jitter
    if not jitter:
        return STILL
    chance = random.Random(f"{recipe.seed} {seen}")
    return (
        chance.randint(-jitter, jitter),
        chance.randint(-jitter, jitter),
        chance.random() < 0.5,
    )


def adversary_weight(recipe: Recipe, seen: int, began: int | None) -> float:
    """Weight of the adversarial loss when the adversary came after `began` pictures (None: not yet)."""
    if began is None:
        return 0.0
    full = recipe.adversary * stage_of(recipe, seen).adversary
    return full * min((seen - began) / max(recipe.adversary_grows, 1), 1.0)


def adversary_due(recipe: Recipe, seen: int) -> bool:
    return recipe.adversary > 0 and seen >= recipe.adversary_from * recipe.pictures
