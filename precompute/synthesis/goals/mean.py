"""The mean of a whole layer."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from precompute.options import Target
from precompute.synthesis.goals.base import Aimed, Goal

if TYPE_CHECKING:
    from torch import Tensor

    from precompute.synthesis.objectives import Objective


def layer_mean() -> Objective:
    """The mean of all units of the layer over their whole maps."""
    from precompute.synthesis.objectives import Objective

    def value(maps: Tensor, units: Tensor) -> Tensor:  # noqa: ARG001 (an Objective's)
        return maps.float().mean((1, 2, 3))

    return Objective(value, "mean of all units of the layer", whole_map=True, of_unit=False)


def _aim(options: argparse.Namespace, job: Target) -> Aimed:  # noqa: ARG001 (a Goal's)
    return Aimed(layer_mean())


GOAL = Goal("mean", "all its units alike", "octaves", _aim)
