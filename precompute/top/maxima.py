"""Every unit's largest value in each image of a batch, for all layers, from one forward pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.hooks import RemovableHandle

from deepvis_app.messages import LayerInfo
from deepvis_app.models.layers import as_maps_batch
from deepvis_app.models.probe import call_name, main_tensor, modules_by_name


class MaximaWatch:
    """While entered, `run(x)` gives the maxima (N, units) float32 of `layers`, one behind the other.

    The maxima are taken in the hook itself: at once, so nothing needs to be kept or cloned, and what works in
    place behind the layer comes too late to matter. A layer that does not run in a pass gives NaN.
    """

    def __init__(self, net: nn.Module, layers: Sequence[LayerInfo]) -> None:
        self._net = net
        self._layers = {layer.name: layer for layer in layers}
        self.columns = columns(layers)
        self.units = sum(layer.units for layer in layers)
        self._modules = modules_by_name(net)
        self._calls: Counter[str] = Counter()
        self._handles: list[RemovableHandle] = []
        self._found: dict[str, Tensor] = {}

    def __enter__(self) -> Self:
        paths = {n if n in self._modules else n.rpartition(":")[0] for n in self._layers}
        for path in sorted(paths):
            self._handles.append(self._modules[path].register_forward_hook(self._hook(path)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._handles:
            self._handles.pop().remove()

    def run(self, x: Tensor) -> Tensor:
        """One forward pass of x (N, C, H, W)."""
        self._calls.clear()
        self._found = {}
        with torch.inference_mode():
            self._net(x)
            nothing = x.new_full((), torch.nan, dtype=torch.float32)
            parts = [
                self._found[name].float() if name in self._found else nothing.expand(len(x), layer.units)
                for name, layer in self._layers.items()
            ]
            return torch.cat(parts, 1)

    def _hook(self, path: str) -> Any:
        def note(_module: nn.Module, _args: object, output: object) -> None:
            self._calls[path] += 1
            name = call_name(path, self._calls[path])
            tensor = main_tensor(output)
            if name in self._layers and tensor is not None:
                self._found[name] = _largest(as_maps_batch(self._layers[name], tensor))

        return note


def _largest(maps: Tensor) -> Tensor:
    """(N, units) of maps (N, units, h, w). Pooling the whole map takes half the time of `amax` on the CPU."""
    size = maps.shape[2:]
    return F.max_pool2d(maps, size)[:, :, 0, 0] if size != (1, 1) else maps[:, :, 0, 0].clone()


def columns(layers: Sequence[LayerInfo]) -> dict[str, slice]:
    """Where each layer's units stand."""
    found, start = {}, 0
    for layer in layers:
        found[layer.name] = slice(start, start + layer.units)
        start += layer.units
    return found
