"""Conditions: what a chain's pictures are to show, as a value to climb and how sure it is reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import torch
from torch import Tensor

from deepvis_app.messages import LayerInfo, UnitStats
from precompute.options import OptionError
from precompute.synthesis.objectives import centre, log_softmax, softmax

SOFTMAX, ACTIVATION = "softmax", "activation"
_TINY = 1e-30


class ConditionError(OptionError):
    """A condition that a layer cannot have; the message is one sentence for people."""


class Condition(Protocol):
    """`read` takes maps (N, units, h, w) and units (N,): the value to climb (N,), and its confidence in 0..1 (N,)."""

    name: str

    def read(self, maps: Tensor, units: Tensor) -> tuple[Tensor, Tensor]: ...


class Softmax:
    """log p of the unit among the units of its layer at the centre; the confidence is p.

    With `own_only` the gradient is that of the released code, (1 - p) times that of the unit's own value: what the
    other units give to log p is left out. `probabilities`: the maps are behind a softmax already.
    """

    name = SOFTMAX

    def __init__(self, *, own_only: bool = False, probabilities: bool = False) -> None:
        self._own_only, self._probabilities = own_only, probabilities

    def read(self, maps: Tensor, units: Tensor) -> tuple[Tensor, Tensor]:
        if self._probabilities:
            maps = maps.clamp_min(_TINY).log()  # whose softmax they are themselves
        p = softmax(maps, units).detach()
        if self._own_only:
            return (1 - p) * centre(maps, units), p
        return log_softmax(maps, units), p


class Activation:
    """The unit's own value at the centre; the confidence is the share of real images that excite it less.

    For hidden units: a probability among units of different scales says little. `stats` are by unit.
    """

    name = ACTIVATION

    def __init__(self, stats: Mapping[int, UnitStats]) -> None:
        self._stats = stats

    def read(self, maps: Tensor, units: Tensor) -> tuple[Tensor, Tensor]:
        value = centre(maps, units)
        shares = [
            self._stats[unit].percentile(reached) / 100
            for unit, reached in zip(units.tolist(), value.tolist(), strict=True)
        ]
        return value, torch.tensor(shares, device=value.device)


def condition_for(
    name: str, layer: LayerInfo, stats: Mapping[int, UnitStats], units: tuple[int, ...], *, own_only: bool
) -> Condition:
    """The named condition; "auto" is softmax for classes and activation in hidden layers with statistics.

    The settings of the released code (`own_only`) have softmax everywhere. What "auto" is depends on the layer and
    not on which of its `units` are made. Raises ConditionError.
    """
    if name == "auto":
        known = all(unit in stats for unit in range(layer.units))
        name = ACTIVATION if known and not layer.is_class_layer and not own_only else SOFTMAX
    if name == ACTIVATION:
        if not all(unit in stats for unit in units):
            raise ConditionError(
                f"The atlas has no statistics of {layer.alias}, so no value of its units is known to be high: run "
                "deepvis-precompute top before, or take --condition softmax."
            )
        return Activation(stats)
    if layer.units < 2:
        raise ConditionError(f"{layer.alias} has one unit: there is no probability among its units.")
    return Softmax(own_only=own_only, probabilities=layer.kind == "Softmax")
