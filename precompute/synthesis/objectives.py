"""What is maximised: one number for each picture, read from a layer's maps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from deepvis_app.messages import LayerInfo


@dataclass(frozen=True)
class Objective:
    """A line of the OBJECTIVES table.

    `value` takes maps (N, units, h, w) and the pictures' units (N,), int64; it returns (N,). `whole_map`: it
    reads more than the centre position. `for_classes`: it makes sense only where units are classes. `shares`:
    values of different units are comparable as they are. Not `of_unit`: the units are not looked at. So many `frames`
    of a batch in succession are one video, and have one value.
    """

    value: Callable[[Tensor, Tensor], Tensor]
    title: str
    whole_map: bool = False
    for_classes: bool = False
    shares: bool = False
    of_unit: bool = True
    frames: int = 1


def centre(maps: Tensor, units: Tensor) -> Tensor:
    """The unit's value at the map's centre (h // 2, w // 2), where its field lies farthest from the borders."""
    return _at_centre(maps)[torch.arange(len(units), device=maps.device), units]


def channel(maps: Tensor, units: Tensor) -> Tensor:
    """The mean of the unit's whole map."""
    return maps[torch.arange(len(units), device=maps.device), units].mean((1, 2))


def log_softmax(maps: Tensor, units: Tensor) -> Tensor:
    """The unit's log-probability among the units of its layer: it also pushes the others down."""
    return centre(_at_centre(maps).log_softmax(1)[:, :, None, None], units)


def softmax(maps: Tensor, units: Tensor) -> Tensor:
    """The unit's probability among the units of its layer; hardly any gradient where that is near 0 or 1."""
    return centre(_at_centre(maps).softmax(1)[:, :, None, None], units)


def _at_centre(maps: Tensor) -> Tensor:
    return maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2].float()


OBJECTIVES: dict[str, Objective] = {
    "centre": Objective(centre, "value at the map's centre"),
    "channel": Objective(channel, "mean of the whole map", whole_map=True),
    "logit": Objective(centre, "value before the softmax", for_classes=True),
    "softmax": Objective(softmax, "probability among the layer's units", for_classes=True, shares=True),
    "log-softmax": Objective(
        log_softmax, "log-probability among the layer's units", for_classes=True, shares=True
    ),
}
AUTO = "auto"  # log-softmax where units are classes, centre elsewhere


def check_objective(name: str, layer: LayerInfo) -> Objective:
    """The named objective, or what AUTO is for the layer; raises ValueError in one sentence where it does not fit."""
    if name == AUTO:
        name = "log-softmax" if layer.is_class_layer and layer.kind != "Softmax" else "centre"
    objective = OBJECTIVES[name]
    if objective.for_classes and not layer.is_class_layer:
        raise ValueError(
            f"The objective {name} is for class layers, which {layer.alias} is not; choose centre."
        )
    if objective.for_classes and layer.kind == "Softmax":
        raise ValueError(f"{layer.alias} is behind the softmax; choose the layer before it for {name}.")
    return objective
