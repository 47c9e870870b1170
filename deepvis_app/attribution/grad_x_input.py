"""Gradient times input: for a piecewise linear network without biases, how much each value contributes.

Shrikumar et al. 2017, section 2; "input" is the network's exact (normalised) input.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from torch import Tensor

from deepvis_app.attribution.backprop import backpropagation
from deepvis_app.attribution.base import Attribution, Method, Target
from deepvis_app.models.loaded import LoadedModel

_gradient = backpropagation("gradient x input")


def _run(model: LoadedModel, x: Tensor, target: Target, watch: Collection[str]) -> Attribution:
    found = _gradient(model, x, target, watch)
    return replace(found, heat=found.heat * x[0].float())


METHOD = Method(
    name="grad_x_input",
    title="gradient x input",
    run=_run,
    tooltip="The gradient weighted with the input itself: what each pixel adds to the unit's value",
)
