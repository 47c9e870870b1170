"""Occlusion (Zeiler & Fergus 2014, section 4.2): how far the unit falls when a grey patch hides a place.

The patch is the picture's own mean colour. Its centre visits a grid of about 12 x 12 places, and it is twice as
wide as their distance, so that neighbouring patches overlap by half.
"""

from __future__ import annotations

from collections.abc import Collection

import torch
import torch.nn.functional as F
from torch import Tensor

from deepvis_app.attribution.base import Attribution, Method, SupersededError, Target
from deepvis_app.attribution.passes import check_target, run_forward
from deepvis_app.attribution.seeds import objective, place
from deepvis_app.messages import Box
from deepvis_app.models.layers import as_maps_batch
from deepvis_app.models.loaded import LoadedModel
from deepvis_app.models.probe import Probe

PLACES = 12  # along each side
CHUNK = 16  # pictures in one forward pass


def patches(height: int, width: int) -> tuple[tuple[int, int], list[Box]]:
    """The grid's (rows, columns) and each place's patch, row by row, cut off at the picture's edges."""
    rows, columns = min(PLACES, height), min(PLACES, width)
    down, across = height / rows, width / columns
    boxes = [
        (
            max(round((row - 0.5) * down), 0),
            max(round((column - 0.5) * across), 0),
            min(round((row + 1.5) * down), height),
            min(round((column + 1.5) * across), width),
        )
        for row in range(rows)
        for column in range(columns)
    ]
    return (rows, columns), boxes


def hide(x: Tensor, boxes: list[Box]) -> Tensor:
    """Copies (N, C, H, W) of the picture x (1, C, H, W), each with one box in the picture's mean colour."""
    hidden = x.repeat(len(boxes), 1, 1, 1)
    mean = x[0].mean((1, 2), keepdim=True)
    for copy, (top, left, bottom, right) in zip(hidden, boxes, strict=True):
        copy[:, top:bottom, left:right] = mean
    return hidden


def _run(model: LoadedModel, x: Tensor, target: Target, watch: Collection[str]) -> Attribution:
    with torch.no_grad():
        forward = run_forward(model, x, target, watch)
        unit_map = forward.unit_map
        at = place(unit_map, target.seed)
        grid, boxes = patches(x.shape[2], x.shape[3])
        hidden = torch.cat(
            [
                _objectives(model, hide(x, boxes[start : start + CHUNK]), target, at)
                for start in range(0, len(boxes), CHUNK)
            ]
        )
        drop = objective(unit_map[None], target.seed, at) - hidden
        heat = F.interpolate(drop.view(1, 1, *grid), x.shape[2:], mode="bilinear", align_corners=False)
    return Attribution(
        output=forward.output,
        activations=forward.watched(watch),
        heat=heat[0].float(),
        gradients={},
        intercepted=0,
        rectifiers=0,
        label=f"occlusion {grid[0]}x{grid[1]}",
        note=_note(unit_map, target, drop),
    )


def _objectives(model: LoadedModel, x: Tensor, target: Target, at: tuple[int, int]) -> Tensor:
    """The seed's objective (N,) of the target unit for each of the pictures x (N, C, H, W).

    One by one where the network cannot take several: it is made for a batch of one, or the memory is too small.
    """
    if not target.wanted():
        raise SupersededError(f"occlusion of {target.unit_name}")
    layer = check_target(model.info, target)
    try:
        with Probe(model.net, [layer.name], stop_after=layer.name) as probe:
            maps = as_maps_batch(layer, probe.run(x)[layer.name])
    except RuntimeError:
        if len(x) == 1:
            raise
        return torch.cat([_objectives(model, one, target, at) for one in x.split(1)])
    return objective(maps[:, target.unit], target.seed, at)


def _note(unit_map: Tensor, target: Target, drop: Tensor) -> str:
    if drop.any():
        return ""
    unit = target.unit_name
    if not unit_map.any():
        return f"{unit} is silent, and hiding parts of the picture does not wake it"
    return f"all zero because no patch changes {unit} at the chosen seed"


METHOD = Method(
    name="occlusion",
    title="occlusion",
    run=_run,
    map_like=True,
    slow=True,
    tooltip="Hide the picture patch by patch and see how far the unit falls: slow, but no gradient is trusted",
)
