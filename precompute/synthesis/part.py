"""What of a network is run for a layer's pictures, and which part of its input that leaves to be painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from deepvis_app.messages import Box, LayerInfo
from deepvis_app.models import LoadedModel
from deepvis_app.models.layers import as_maps_batch
from deepvis_app.models.probe import Probe
from precompute.synthesis.cone import Cone
from precompute.synthesis.tape import record
from precompute.synthesis.windows import UnknownConeError

_MARGIN = 1 / 16  # of the field's side, and two pixels: what jitter and blur may bring in from outside
_TOLERANCE = 1e-3  # of the layer's largest value; single precision along another path stays far below


@dataclass(frozen=True)
class Part:
    """The way from a picture to a layer's maps.

    `canvas` is the part of the network's input that is painted, `field` the part of that which the unit sees
    and which is shown; both in input pixels. `run` takes preprocessed inputs of the canvas's size and gives maps
    (N, units, h, w), in which the centre position is the layer's centre position. `cut` says whether only what
    that position depends on is computed.
    """

    layer: LayerInfo
    canvas: Box
    field: Box
    run: Callable[[Tensor], Tensor]
    cut: bool

    @property
    def side(self) -> int:
        """The field's shorter side."""
        return min(self.field[2] - self.field[0], self.field[3] - self.field[1])

    @property
    def size(self) -> tuple[int, int]:
        return self.canvas[2] - self.canvas[0], self.canvas[3] - self.canvas[1]

    def shown(self, pictures: Tensor) -> Tensor:
        """The field's part of pictures (..., h, w) of the canvas."""
        top, left = self.canvas[:2]
        return pictures[
            ..., self.field[0] - top : self.field[2] - top, self.field[1] - left : self.field[3] - left
        ]


def part_for(model: LoadedModel, layer: LayerInfo, *, whole_map: bool = False) -> Part:
    """The smallest part of the network that serves the centre position of a layer; with `whole_map` all positions.

    Where the network's calls are not all understood, or the cut value is not that of the whole network for a
    random input, the network is run whole up to the layer.
    """
    if not whole_map and len(layer.shape) == 3 and not layer.channels_last and layer.map_shape != (1, 1):
        try:
            return _cut(model, layer)
        except UnknownConeError:
            pass
    height, width = model.info.input_size
    canvas = (0, 0, height, width)
    return Part(layer, canvas, field_box(model, layer), lambda x: run_whole(model, layer, x), cut=False)


def run_whole(model: LoadedModel, layer: LayerInfo, x: Tensor) -> Tensor:
    """The layer's maps (N, units, h, w) of inputs (N, C, H, W); the forward pass ends there."""
    with Probe(model.net, {layer.name}, stop_after=layer.name) as probe:
        return as_maps_batch(layer, probe.run(x)[layer.name])


def field_box(model: LoadedModel, layer: LayerInfo) -> Box:
    """The receptive field of the layer's centre position, inside the input; all of it where it is not known."""
    height, width = model.info.input_size
    field = layer.receptive_field
    if field is None or field.whole:
        return 0, 0, height, width
    top, left, bottom, right = field.box(layer.map_shape[0] // 2, layer.map_shape[1] // 2)
    return max(top, 0), max(left, 0), min(bottom, height), min(right, width)


def _cut(model: LoadedModel, layer: LayerInfo) -> Part:
    """Raises UnknownConeError."""
    height, width = model.info.input_size
    shape = (1, model.preprocess.channels, height, width)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(model.device)
    tape = record(model.net, x, layer.name)
    y, z = layer.map_shape[0] // 2, layer.map_shape[1] // 2
    cone = Cone(tape, y, z)
    with torch.no_grad():
        whole = run_whole(model, layer, x)
        difference = (cone(x)[0, :, 0, 0] - whole[0, :, y, z]).abs().max()
    field = field_box(model, layer)
    canvas = _grown(field, (height, width))
    inside = all(a <= b for a, b in zip(canvas[:2], cone.box[:2], strict=True)) and all(
        a >= b for a, b in zip(canvas[2:], cone.box[2:], strict=True)
    )
    if not difference <= _TOLERANCE * whole.abs().max() or not inside:
        raise UnknownConeError("the cut network gives another value")
    return Part(layer, canvas, field, lambda x: cone(x, canvas[:2]), cut=True)


def _grown(box: Box, size: tuple[int, int]) -> Box:
    margins = [round((box[axis + 2] - box[axis]) * _MARGIN) + 2 for axis in (0, 1)]
    return (
        max(box[0] - margins[0], 0),
        max(box[1] - margins[1], 0),
        min(box[2] + margins[0], size[0]),
        min(box[3] + margins[1], size[1]),
    )
