"""What of a network is run for a layer's pictures, and which part of its input that leaves to be painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from deepvis_app.messages import Box, LayerInfo
from deepvis_app.models import LoadedModel
from deepvis_app.models.layers import as_maps_batch
from deepvis_app.models.probe import Probe
from precompute.synthesis.cone import Cone
from precompute.synthesis.fold import folded
from precompute.synthesis.tape import Tape, record
from precompute.synthesis.windows import UnknownConeError

_MARGIN = 1 / 16  # of the field's side, and two pixels: what jitter and blur may bring in from outside
# How much values and gradients may differ, as a share of their norm. Single precision along another path stays far
# below, but in deep networks a rectifier here and there may switch.
_VALUES, _GRADIENTS = 1e-3, 0.05
_KEPT = 8  # parts; each may hold weights of its own


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

    Where the network's calls are not all understood, or the value so found is not the network's own for random
    inputs, the network itself is run up to the layer.
    """
    tape = folded(record(model.net, _inputs(model, 1, seed=0), layer.name))
    if not whole_map and len(layer.shape) == 3 and not layer.channels_last and layer.map_shape != (1, 1):
        try:
            return _cut(model, layer, tape)
        except UnknownConeError:
            pass
    height, width = model.info.input_size
    run = _replay(layer, tape) if _replays(model, layer, tape) else lambda x: run_whole(model, layer, x)
    return Part(layer, (0, 0, height, width), field_box(model, layer), run, cut=False)


class AnyParts(Protocol):
    """What gives the parts that serve layers of a network."""

    def of(self, layer: LayerInfo, *, whole_map: bool = False) -> Part:
        """As `part_for`."""


class Parts:
    """Of one network, with the last few kept, because finding one takes as long as many steps."""

    def __init__(self, model: LoadedModel) -> None:
        self._model = model
        self._kept: dict[tuple[str, bool], Part] = {}

    def of(self, layer: LayerInfo, *, whole_map: bool = False) -> Part:
        """As `part_for`."""
        key = layer.name, whole_map
        part = self._kept.pop(key, None) or part_for(self._model, layer, whole_map=whole_map)
        self._kept[key] = part
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return part


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


def _cut(model: LoadedModel, layer: LayerInfo, tape: Tape) -> Part:
    """Raises UnknownConeError."""
    y, x = layer.map_shape[0] // 2, layer.map_shape[1] // 2
    cone = Cone(tape, y, x)
    same = _agree(
        model, lambda x: cone(x)[:, :, 0, 0], lambda inputs: run_whole(model, layer, inputs)[:, :, y, x]
    )
    field = field_box(model, layer)
    canvas = _grown(field, model.info.input_size)
    if not same or not _holds(canvas, cone.box):
        raise UnknownConeError("the cut network gives another value")
    return Part(layer, canvas, field, lambda x: cone(x, canvas[:2]), cut=True)


def _replay(layer: LayerInfo, tape: Tape) -> Callable[[Tensor], Tensor]:
    return lambda x: as_maps_batch(layer, tape.run(x))


def _replays(model: LoadedModel, layer: LayerInfo, tape: Tape) -> bool:
    """Whether the calls, run again on a batch, give what the network gives."""
    try:
        return _agree(model, _replay(layer, tape), lambda x: run_whole(model, layer, x))
    except (RuntimeError, TypeError, ValueError):  # calls with a size of the batch in them
        return False


def _agree(model: LoadedModel, one: Callable[[Tensor], Tensor], other: Callable[[Tensor], Tensor]) -> bool:
    """Whether two ways give the same values and gradients, for other inputs than those that were recorded.

    A call that was not seen would be a constant, or lose a backward rule of its own: here that shows.
    """
    found = []
    for run in (one, other):
        inputs = _inputs(model, 2, seed=1).requires_grad_()
        with torch.enable_grad():
            values = run(inputs)
            weights = torch.linspace(-1, 1, values[0].numel(), device=values.device).view(values[0].shape)
            found.append((values.detach(), torch.autograd.grad((values * weights).sum(), inputs)[0]))
    (a, gradient_a), (b, gradient_b) = found
    return _close(a, b, _VALUES) and _close(gradient_a, gradient_b, _GRADIENTS)


def _inputs(model: LoadedModel, count: int, seed: int) -> Tensor:
    shape = (count, model.preprocess.channels, *model.info.input_size)
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(model.device)


def _close(found: Tensor, expected: Tensor, share: float) -> bool:
    return found.shape == expected.shape and bool((found - expected).norm() <= share * expected.norm())


def _holds(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def _grown(box: Box, size: tuple[int, int]) -> Box:
    margins = [round((box[axis + 2] - box[axis]) * _MARGIN) + 2 for axis in (0, 1)]
    return (
        max(box[0] - margins[0], 0),
        max(box[1] - margins[1], 0),
        min(box[2] + margins[0], size[0]),
        min(box[3] + margins[1], size[1]),
    )
