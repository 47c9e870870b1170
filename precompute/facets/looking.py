"""What the network makes of images, for facets: the unit's value, where it is strongest, and the image's code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from deepvis_app.messages import F32, I32, U8, LayerInfo, ModelInfo
from deepvis_app.models import LoadedModel
from deepvis_app.models.layers import as_maps_batch
from deepvis_app.models.probe import Probe
from precompute.top.scan import batch_size


@dataclass(frozen=True)
class Looks:
    """Of n images: the unit's values (n,), the places (n, 2) of its map as (y, x), and codes (n, D)."""

    values: F32
    places: I32
    codes: F32

    def of(self, rows: list[int]) -> Looks:
        return Looks(self.values[rows], self.places[rows], self.codes[rows])


def code_layer(info: ModelInfo, layer: LayerInfo) -> tuple[LayerInfo, bool]:
    """The layer whose values are an image's code for units of `layer`, and whether only its column at one place is.

    For classes that is the last layer before the class layer (fc7 in the paper, behind its ReLU), for other units
    their own layer; of a map the column of all channels where the unit is strongest (MFV, section 3.2).
    """
    if not layer.is_class_layer:
        return layer, layer.map_shape != (1, 1)
    before = []
    for other in info.layers:
        if other.is_class_layer:
            break
        if other.units:
            before.append(other)
    return (before[-1], False) if before else (layer, False)


class Looker:
    """Reads a layer and its code layer in one forward pass."""

    def __init__(self, model: LoadedModel, layer: LayerInfo) -> None:
        self._model, self.layer = model, layer
        self.code, self.column = code_layer(model.info, layer)
        height, width = layer.map_shape
        self.centre = height // 2, width // 2

    def look(self, pixels: U8, unit: int, *, centre: bool = False) -> Looks:
        """At images (n, h, w, 3) of the network's input size; with `centre` at the middle of the unit's map."""
        size = batch_size(self._model)
        parts = [self._batch(pixels[at : at + size], unit, centre) for at in range(0, len(pixels), size)]
        return Looks(
            np.concatenate([part.values for part in parts]),
            np.concatenate([part.places for part in parts]),
            np.concatenate([part.codes for part in parts]),
        )

    @torch.no_grad()
    def _batch(self, pixels: U8, unit: int, centre: bool) -> Looks:
        device = self._model.device
        x = self._model.preprocess.normalise(
            torch.from_numpy(pixels.copy()).to(device).permute(0, 3, 1, 2).float()
        )
        names = {self.layer.name, self.code.name}
        with Probe(self._model.net, names, stop_after=self.layer.name) as probe:
            outputs = probe.run(x)
        maps = as_maps_batch(self.layer, outputs[self.layer.name]).float()
        rows, width = torch.arange(len(maps), device=device), maps.shape[3]
        at = maps[:, unit].flatten(1).argmax(1)
        if centre:
            at = torch.full_like(at, self.centre[0] * width + self.centre[1])
        y, x_ = at // width, at % width
        if self.column:
            codes = maps[rows, :, y, x_]
        else:
            codes = as_maps_batch(self.code, outputs[self.code.name]).float().mean((2, 3))
        return Looks(
            maps[rows, unit, y, x_].cpu().numpy(),
            torch.stack([y, x_], 1).int().cpu().numpy(),
            codes.cpu().numpy(),
        )
