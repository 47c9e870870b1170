"""Priors: what makes an optimised picture readable. One small class a file, one line here."""

from precompute.synthesis.priors.base import Moment, Prior
from precompute.synthesis.priors.blur import Blur
from precompute.synthesis.priors.decay import Decay
from precompute.synthesis.priors.jitter import Jitter
from precompute.synthesis.priors.small_contribution import SmallContribution
from precompute.synthesis.priors.small_norm import SmallNorm
from precompute.synthesis.priors.variation import Variation

__all__ = [
    "PRIORS",
    "Blur",
    "Decay",
    "Jitter",
    "Moment",
    "Prior",
    "SmallContribution",
    "SmallNorm",
    "Variation",
]

PRIORS: dict[str, type[Prior]] = {
    "decay": Decay,
    "blur": Blur,
    "small-norm": SmallNorm,
    "small-contribution": SmallContribution,
    "jitter": Jitter,
    "variation": Variation,
}
