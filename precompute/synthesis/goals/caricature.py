"""Caricature: more of what a layer sees in a picture."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from precompute.options import Target
from precompute.synthesis.goals.base import Aimed, Goal
from precompute.synthesis.goals.looking import aim_of_picture

if TYPE_CHECKING:
    from torch import Tensor

    from precompute.synthesis.objectives import Objective

_TINY = 1e-12


def caricature(target: Tensor) -> Objective:
    """<maps, target> / |target|^2 * cos(maps, target), over positions: more of what the layer sees in a picture.

    The dot product drives it, the cosine keeps to the picture's own direction (Olah, "Activation atlas", Carter et
    al. 2019, and Lucid's caricatures, whose exponent of the cosine is 1 by default). `target` as for `inversion`.
    """
    from torch.nn import functional as F

    from precompute.synthesis.objectives import Objective

    aim = target.float()
    size: Tensor = aim.norm().square().clamp(min=_TINY)

    def value(maps: Tensor, units: Tensor) -> Tensor:  # noqa: ARG001 (an Objective's)
        dot = (maps.float() * aim).flatten(1).sum(1) / size
        cosine = F.cosine_similarity(maps.float(), aim, dim=1).mean((1, 2))
        risen: Tensor = dot * cosine.clamp(min=0.1)
        return risen

    return Objective(value, "how far along the picture's own maps", whole_map=True, of_unit=False)


def _aim(options: argparse.Namespace, job: Target) -> Aimed:
    return aim_of_picture(options, job, caricature)


GOAL = Goal("caricature", "more of what it sees in the picture", "lucid", _aim, of_picture=True)
