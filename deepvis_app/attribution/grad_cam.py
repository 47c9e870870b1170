"""Grad-CAM (Selvaraju et al. 2017) of any unit: which places of the layer below speak for it.

With A_k the maps of that layer and g_k the backward signal there, heat = ReLU(sum_k mean(g_k) A_k) (equations
1 and 2), enlarged to the input. The paper's target is a class score; here it is the chosen unit and seed.
"""

from __future__ import annotations

from collections.abc import Collection

import torch
import torch.nn.functional as F
from torch import Tensor

from deepvis_app.attribution import notes
from deepvis_app.attribution.base import Attribution, Method, Target
from deepvis_app.attribution.passes import check_target, run_backward, run_forward
from deepvis_app.messages import LayerInfo, ModelInfo
from deepvis_app.models.layers import as_maps
from deepvis_app.models.loaded import LoadedModel

SEARCHED = 48  # layers before the target; the branches of an Inception block side by side are fewer


def candidates(info: ModelInfo, target: Target) -> list[LayerInfo]:
    """The layers with maps before the target in execution order, the nearest first, at most SEARCHED."""
    before = info.layers[: info.layers.index(check_target(info, target))]
    spatial = [layer for layer in before if layer.units and layer.map_shape != (1, 1)]
    return spatial[: -SEARCHED - 1 : -1]


def class_activation(maps: Tensor, signals: Tensor) -> Tensor:
    """ReLU(sum_k mean(g_k) A_k), (h, w), from maps and signals (C, h, w)."""
    weights = signals.mean((1, 2))
    return torch.einsum("k,khw->hw", weights, maps).relu()


def _run(model: LoadedModel, x: Tensor, target: Target, watch: Collection[str]) -> Attribution:
    layers = candidates(model.info, target)
    forward = run_forward(model, x, target, {*watch, *(layer.name for layer in layers)})
    signals = run_backward(forward, target, forward.layers)
    heat, label = torch.zeros_like(x[0, :1]), "Grad-CAM"
    unit_map = forward.unit_map.detach()
    note = notes.seed_note(unit_map, target)
    chosen = _nearest(layers, signals)
    if chosen is None:
        note = f"Grad-CAM needs a layer with maps below its target, and none leads to {target.layer_name}"
    else:
        label = f"Grad-CAM at {chosen.alias}"
        maps = as_maps(chosen, forward.layers[chosen.name].detach())
        small = class_activation(maps, as_maps(chosen, signals[chosen.name]))
        heat = F.interpolate(small[None, None], x.shape[2:], mode="bilinear", align_corners=False)[0]
        if not note and not heat.any():
            note = f"all zero because no place of {chosen.alias} speaks for {target.unit_name}"
    return Attribution(
        output=forward.output,
        activations=forward.watched(watch),
        heat=heat.float(),
        gradients={name: signal for name, signal in signals.items() if name in watch},
        intercepted=0,
        rectifiers=0,
        label=label,
        note=note,
    )


def _nearest(layers: list[LayerInfo], signals: dict[str, Tensor]) -> LayerInfo | None:
    """The nearest layer that the target depends on through its maps.

    A layer of tokens may be joined to the target by its class token alone; then its maps get no signal, and
    one further down is taken, unless the signal is zero everywhere.
    """
    joined = [layer for layer in layers if layer.name in signals]
    for layer in joined:
        if as_maps(layer, signals[layer.name]).any():
            return layer
    return joined[0] if joined else None


METHOD = Method(
    name="grad_cam",
    title="Grad-CAM",
    run=_run,
    map_like=True,
    tooltip="The places of the nearest layer below that speak for the unit: coarse, but about this unit alone",
)
