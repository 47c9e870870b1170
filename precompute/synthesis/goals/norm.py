"""The norm of a whole layer: DeepDream."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from precompute.options import Target
from precompute.synthesis.goals.base import Aimed, Goal

if TYPE_CHECKING:
    from torch import Tensor

    from precompute.synthesis.objectives import Objective

_TINY = 1e-12


def layer_norm() -> Objective:
    """The root mean square of all values of the layer: DeepDream (Mordvintsev, Olah & Tyka 2015, "Inceptionism").

    The notebook climbs half the sum of squares, whose gradient has the same direction.
    """
    from precompute.synthesis.objectives import Objective

    def value(maps: Tensor, units: Tensor) -> Tensor:  # noqa: ARG001 (an Objective's)
        return (maps.float().square().mean((1, 2, 3)) + _TINY).sqrt()

    return Objective(value, "root mean square of the whole layer", whole_map=True, of_unit=False)


def _aim(options: argparse.Namespace, job: Target) -> Aimed:  # noqa: ARG001 (a Goal's)
    return Aimed(layer_norm())


GOAL = Goal("norm", "excite the whole layer (default, DeepDream)", "dream", _aim)
