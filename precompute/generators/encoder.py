"""Encoder and comparator: one frozen network, one pass that gives both the code and the maps to compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass, replace

import torch
from torch.nn import functional as F

from deepvis_app.messages import LayerInfo
from deepvis_app.models import LoadedModel
from deepvis_app.models.probe import Probe, class_vector
from precompute.options import OptionError

COMPARED = 3  # maps, unless others are asked for


class LayerError(OptionError):
    """A layer that cannot be the code, or cannot be compared; the message is one sentence for people."""


@dataclass(frozen=True)
class Features:
    """What the network makes of pictures: the code (N, *shape) and the compared maps."""

    code: torch.Tensor
    maps: tuple[torch.Tensor, ...]


class Encoder:
    """Reads the code of `layer` and the `compared` layers of pictures, differentiably.

    The code is taken after the ReLU that directly follows the layer, if one does, as Dosovitskiy & Brox do.
    Compared by default: the first layer at each smaller map size before the code (in CaffeNet the pools), the
    last three of them. Pictures of another size than the network's input are resized bilinearly. Raises LayerError.
    """

    def __init__(self, model: LoadedModel, layer: str, compared: Sequence[str] = ()) -> None:
        self._model = model
        layers = [info for info in model.info.layers if info.units]
        at = _after_relu(layers, _index(layers, layer))
        self.layer = layers[at].name
        self.code_shape = layers[at].shape
        if len(self.code_shape) == 2:
            raise LayerError(f"{layer} gives tokens; a generator needs a vector or maps.")
        before = layers[: at + 1]
        self.compared = tuple(before[_index(before, name)].name for name in compared) or _halvings(before)

    @property
    def title(self) -> str:
        return self._model.info.title

    @property
    def model(self) -> str:
        """The name under which the network was chosen."""
        return self._model.info.choice.name

    @property
    def device(self) -> torch.device:
        return self._model.device

    def copy(self) -> Encoder:
        """The same with a network of its own: two threads cannot read one network's layers at a time."""
        other = copy(self)
        other._model = replace(self._model, net=deepcopy(self._model.net))  # noqa: SLF001 (of the same class)
        return other

    def identity(self) -> list[object]:
        """What codes and comparisons depend on: the network's weights and the layers, as plain values."""
        return [self._model.info.fingerprint, self.layer, list(self.compared)]

    def __call__(self, pictures: torch.Tensor) -> Features:
        """(N, 3, h, w) RGB in 0..1 on the encoder's device -> features, in the precision autocast gives them."""
        with self._probe(stop=True) as probe:
            found = probe.run(self._input(pictures))
        return Features(found[self.layer], tuple(found[name] for name in self.compared))

    @torch.no_grad()
    def classified(self, pictures: torch.Tensor) -> tuple[Features, torch.Tensor]:
        """Features, and the class of the highest score (N,) (-1 where the network has no classes)."""
        with self._probe(stop=False) as probe:
            scores = class_vector(self._model.net(self._input(pictures)))
            found = probe.outputs
        features = Features(found[self.layer], tuple(found[name] for name in self.compared))
        classes = scores.argmax(1) if scores.numel() else torch.full((len(pictures),), -1)
        return features, classes

    @contextmanager
    def _probe(self, *, stop: bool) -> Iterator[Probe]:
        names = [self.layer, *self.compared]
        with Probe(self._model.net, names, stop_after=self.layer if stop else None) as probe:
            yield probe

    def _input(self, pictures: torch.Tensor) -> torch.Tensor:
        size = self._model.preprocess.input_size
        if pictures.shape[-2:] != size:
            pictures = F.interpolate(pictures, size, mode="bilinear", align_corners=False, antialias=True)
        x = self._model.preprocess.normalise(pictures * 255)
        return x.contiguous(memory_format=torch.channels_last)


def _index(layers: Sequence[LayerInfo], name: str) -> int:
    for index, info in enumerate(layers):
        if name in (info.name, info.alias):
            return index
    known = ", ".join(info.alias for info in layers)
    raise LayerError(f"There is no layer {name} here; choose one of {known}.")


def _after_relu(layers: Sequence[LayerInfo], at: int) -> int:
    follows = at + 1 < len(layers) and layers[at + 1].kind.startswith("ReLU")
    return at + 1 if follows and layers[at + 1].shape == layers[at].shape else at


def _halvings(layers: Sequence[LayerInfo]) -> tuple[str, ...]:
    """The first layer at each map size smaller than the one before it."""
    found = []
    area = 0
    for info in layers:
        size = info.map_shape[0] * info.map_shape[1]
        if 1 < size < area:
            found.append(info.name)
        if size > 1:
            area = size
    return tuple(found[-COMPARED:])
