"""Priors: what makes an optimised picture readable. One small class a file, one line here."""

from precompute.synthesis.priors.alpha_norm import AlphaNorm
from precompute.synthesis.priors.base import Moment, Prior, PriorError
from precompute.synthesis.priors.bilateral import Bilateral
from precompute.synthesis.priors.blur import Blur
from precompute.synthesis.priors.centre_bias import CentreBias
from precompute.synthesis.priors.decay import Decay
from precompute.synthesis.priors.gradient_blur import GradientBlur
from precompute.synthesis.priors.jitter import Jitter
from precompute.synthesis.priors.laplacian import Laplacian
from precompute.synthesis.priors.noise import Noise
from precompute.synthesis.priors.patch_colours import PatchColours
from precompute.synthesis.priors.path_dropout import PathDropout
from precompute.synthesis.priors.shift import Shift
from precompute.synthesis.priors.small_contribution import SmallContribution
from precompute.synthesis.priors.small_norm import SmallNorm
from precompute.synthesis.priors.split_bregman import SplitBregman
from precompute.synthesis.priors.variation import Variation

__all__ = [
    "PRIORS",
    "AlphaNorm",
    "Bilateral",
    "Blur",
    "CentreBias",
    "Decay",
    "GradientBlur",
    "Jitter",
    "Laplacian",
    "Moment",
    "Noise",
    "PatchColours",
    "PathDropout",
    "Prior",
    "PriorError",
    "Shift",
    "SmallContribution",
    "SmallNorm",
    "SplitBregman",
    "Variation",
]

# Their order is that in which the hooks of a step come where options change a preset's priors: those of 2015 as in
# their code; what smooths the whole picture after what clips it; the centre of what a shift shows after the shift.
PRIORS: dict[str, type[Prior]] = {
    "decay": Decay,
    "blur": Blur,
    "small-norm": SmallNorm,
    "small-contribution": SmallContribution,
    "split-bregman": SplitBregman,
    "bilateral": Bilateral,
    "noise": Noise,
    "jitter": Jitter,
    "shift": Shift,
    "centre-bias": CentreBias,
    "path-dropout": PathDropout,
    "gradient-blur": GradientBlur,
    "laplacian": Laplacian,
    "variation": Variation,
    "alpha-norm": AlphaNorm,
    "patch-colours": PatchColours,
}
