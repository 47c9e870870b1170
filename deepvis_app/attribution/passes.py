"""One forward pass that keeps what is watched, and the backward pass from the target that follows it."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from deepvis_app.attribution.base import Target
from deepvis_app.attribution.seeds import signal
from deepvis_app.messages import LayerInfo, ModelInfo
from deepvis_app.models.layers import as_maps
from deepvis_app.models.loaded import LoadedModel
from deepvis_app.models.probe import Probe, class_vector
from deepvis_app.words import nearest

INPUT = ""  # the network's input, beside layer names


@dataclass(frozen=True)
class Forward:
    """A forward pass whose graph still hangs together from `leaf` (1, C, H, W) to the layers' raw outputs."""

    leaf: Tensor
    output: Tensor
    layers: dict[str, Tensor]
    unit_map: Tensor  # (h, w), the target unit's

    def watched(self, watch: Collection[str]) -> dict[str, Tensor]:
        """The watched layers' outputs, detached."""
        return {name: self.layers[name].detach() for name in self.layers if name in watch}


def find_layer(info: ModelInfo, name: str) -> LayerInfo:
    """The layer of that name; raises ValueError that names the nearest ones."""
    try:
        return info.layer(name)
    except KeyError:
        near = nearest(name, (layer.name for layer in info.layers))
        message = f"{info.title} has no layer {name!r}; choose another, for example {near}"
        raise ValueError(message) from None


def check_target(info: ModelInfo, target: Target) -> LayerInfo:
    """The target's layer; raises ValueError with a sentence where the layer or the unit cannot be a target."""
    layer = find_layer(info, target.layer)
    if not layer.units:
        raise ValueError(f"layer {layer.name} has no units to look at ({layer.hidden_because})")
    if not 0 <= target.unit < layer.units:
        raise ValueError(
            f"layer {layer.name} has no unit {target.unit}; choose one from 0 to {layer.units - 1}"
        )
    return layer


def run_forward(
    model: LoadedModel,
    x: Tensor,
    target: Target,
    names: Collection[str],
    mode: AbstractContextManager[object] | None = None,
) -> Forward:
    """Run the whole network once on x (1, C, H, W), keeping the layers in `names` and the target's.

    Only the input requires a gradient; `mode` is entered around the network and nothing else. Raises
    ValueError for a layer or unit that is not there, and what the network raises.
    """
    layer = check_target(model.info, target)
    for name in names:
        find_layer(model.info, name)
    leaf = x.detach().requires_grad_()
    # The network gets a copy: a first layer that works in place could not write on a leaf.
    with torch.enable_grad(), Probe(model.net, {target.layer, *names}) as probe, mode or nullcontext():
        output = class_vector(model.net(leaf.clone()))
    if target.layer not in probe.outputs:
        raise ValueError(f"layer {target.layer} did not run for this picture; choose another layer")
    with torch.enable_grad():
        unit_map = as_maps(layer, probe.outputs[target.layer])[target.unit]
    return Forward(leaf, output.detach(), dict(probe.outputs), unit_map)


def run_backward(
    forward: Forward, target: Target, ends: Collection[str], start: Tensor | None = None
) -> dict[str, Tensor]:
    """The signal that goes from `start` (h, w), if not the target's seed, to each of `ends`: layer names, or INPUT.

    Each in the shape of its end. An end that no path joins to the target is left out.
    """
    if not forward.unit_map.requires_grad:
        return {}
    tensors = {name: forward.leaf if name == INPUT else forward.layers[name] for name in ends}
    tensors = {name: tensor for name, tensor in tensors.items() if tensor.requires_grad}
    if not tensors:
        return {}
    # The gradient of this sum at the map is the starting signal itself. Handed to autograd as a signal, it would
    # make torch import sympy for a check of its shape: a second at the first click.
    with torch.enable_grad():
        first = signal(forward.unit_map, target.seed) if start is None else start
        objective = (forward.unit_map * first).sum()
    found = torch.autograd.grad(objective, list(tensors.values()), allow_unused=True)
    return {name: grad for name, grad in zip(tensors, found, strict=True) if grad is not None}
