"""Inversion: what it takes for a layer to take a picture for a given one."""

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


def inversion(target: Tensor) -> Objective:
    """Minus |maps - target| / |target|: 0 for a picture that the layer cannot tell from the given one.

    Mahendran & Vedaldi 2015, "Understanding deep image representations by inverting them", Eq. 2, its root.
    `target` (1, units, h, w) are the given picture's maps.
    """
    from precompute.synthesis.objectives import Objective

    size = target.float().norm().clamp(min=_TINY)

    def value(maps: Tensor, units: Tensor) -> Tensor:  # noqa: ARG001 (an Objective's)
        away = (maps.float() - target.float()).flatten(1)
        distance: Tensor = (away.square().sum(1) + _TINY).sqrt()
        away_by: Tensor = -distance / size
        return away_by

    return Objective(
        value, "minus the distance from the picture's maps, in their length", whole_map=True, of_unit=False
    )


def _aim(options: argparse.Namespace, job: Target) -> Aimed:
    return aim_of_picture(options, job, inversion)


GOAL = Goal("inversion", "what it takes for the picture", "inversion", _aim, of_picture=True)
