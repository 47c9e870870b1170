"""The published DeePSiM generators (Dosovitskiy & Brox 2016), layer by layer, to be filled with their weights.

The weights are for non-commercial research only, so they are never shipped: a user brings the file, Caffe's own or a
PyTorch conversion of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import nn

from deepvis_app.models.caffe.caffemodel import read_caffemodel
from deepvis_app.models.caffe.errors import CaffeError
from deepvis_app.models.weights import WeightsError, read_state_dict
from precompute.generators.statistics import set_statistics
from precompute.generators.store import GeneratorError
from precompute.generators.topology import AnyGenerator

SLOPE = 0.3
SIZE = 256
MEAN_RGB = (123.0, 117.0, 104.0)  # of CaffeNet's input, subtracted from the pictures it was trained on
_FC_WIDTH = 4096
# What the layers are called in Caffe and in XDream's conversion, first to last, of all topologies together.
_NAMES = """
    defc7 fc7 defc6 fc6 defc5 fc5 Rconv6 conv6 Rconv7 conv7 Rconv8 conv8 deconv5 tconv5_0 conv5_1 tconv5_1
    deconv4 tconv4_0 conv4_1 tconv4_1 deconv3 tconv3_0 conv3_1 tconv3_1 deconv2 tconv2_0 tconv2 conv2_1
    deconv1 tconv1_0 tconv1 conv1_1 deconv0 tconv0
"""
_MAP = (256, 4, 4)  # that the last fully connected layer is shaped into


@dataclass(frozen=True)
class _Layer:
    """`deconv` is k4 s2 p1; `flat` Caffe's Deconvolution k3 s1 p1; `conv` an ordinary one."""

    kind: str
    channels: int
    kernel: int = 3
    padding: int = 1


def _flat_trunk() -> tuple[_Layer, ...]:
    layers = [_Layer("deconv", 256), _Layer("flat", 512), _Layer("deconv", 256), _Layer("flat", 256)]
    layers += [_Layer("deconv", 128), _Layer("flat", 128), _Layer("deconv", 64), _Layer("deconv", 32)]
    return (*layers, _Layer("deconv", 3))


_FC = (_Layer("fc", _FC_WIDTH),) * 3
_POOL5 = (_Layer("conv", 512), _Layer("conv", 512), _Layer("conv", 512, padding=0), *_flat_trunk())
_CONV34 = (
    _Layer("conv", 384, padding=0),
    _Layer("conv", 512, padding=0),
    _Layer("conv", 512, kernel=2, padding=0),
    *(_Layer("deconv", 256), _Layer("flat", 256), _Layer("deconv", 128), _Layer("flat", 128)),
    *(_Layer("deconv", 128), _Layer("flat", 128), _Layer("deconv", 64), _Layer("conv", 32)),
    *(_Layer("deconv", 16), _Layer("conv", 3)),
)
# CaffeNet's layer -> the code's shape, the layers, and whether the picture is 255 tanh of the last one.
PUBLISHED: dict[str, tuple[tuple[int, ...], tuple[_Layer, ...], bool]] = {
    "fc6": ((4096,), _FC + _flat_trunk(), False),
    "fc7": ((4096,), _FC + _flat_trunk(), False),
    "fc8": ((1000,), _FC + _flat_trunk(), False),
    "pool5": ((256, 6, 6), _POOL5, False),
    "conv4": ((384, 13, 13), _CONV34, True),
    "conv3": ((384, 13, 13), _CONV34, True),
}


class PublishedGenerator(AnyGenerator):
    """A published topology. Inside it paints BGR in 0..255 minus the mean; outside, RGB in 0..1 like all others."""

    mean: torch.Tensor

    def __init__(self, layer: str) -> None:
        code, layers, bounded = PUBLISHED[layer]
        super().__init__(code, SIZE)
        self.layer = layer
        self.layers = nn.Sequential(*_modules(code[0], layers))
        if bounded:
            self.layers.append(nn.Tanh())
        self._scale = 255.0 if bounded else 1.0
        self.register_buffer("mean", torch.tensor(MEAN_RGB).view(1, 3, 1, 1), persistent=False)

    def forward(self, code: torch.Tensor) -> torch.Tensor:
        bgr: torch.Tensor = self.layers(code) * self._scale
        return (bgr.flip(1) + self.mean) / 255

    def weighted(self) -> list[nn.Module]:
        """The modules with weights, in the order in which they work."""
        return [module for module in self.layers if hasattr(module, "weight")]


def load_published(layer: str, path: Path, bounds: Path | None = None) -> PublishedGenerator:
    """A published generator with the weights of its caffemodel or of a PyTorch conversion; eval mode, frozen.

    `layer` "" recognises it by its shapes, and where two share them by its path. `bounds` is as `set_statistics` takes
    it. Raises GeneratorError.
    """
    if layer and layer not in PUBLISHED:
        known = ", ".join(PUBLISHED)
        raise GeneratorError(f"There is no published generator for {layer}; there are those for {known}.")
    state = read_state(path)
    generator = PublishedGenerator(layer or recognised(state, path))
    fill(generator, state, path.name)
    set_statistics(generator, generator.layer, bounds)
    return generator.eval().requires_grad_(False)


def read_state(path: Path) -> dict[str, torch.Tensor]:
    """Weights by name, in the file's order: NAME.weight and NAME.bias of a caffemodel. Raises GeneratorError."""
    if path.suffix != ".caffemodel":
        try:
            return read_state_dict(path)
        except WeightsError as error:
            raise GeneratorError(str(error)) from error
    try:
        blobs = read_caffemodel(path)
    except CaffeError as error:
        raise GeneratorError(str(error)) from error
    ends = ("weight", "bias")
    return {
        f"{name}.{end}": torch.from_numpy(array)
        for name, arrays in blobs.items()
        for end, array in zip(ends, arrays, strict=False)
    }


def recognised(state: Mapping[str, torch.Tensor], path: Path) -> str:
    """The layer whose generator has these shapes. Raises GeneratorError.

    fc6 and fc7, and conv3 and conv4, have equal ones: the layer that the file or its folder is called after counts,
    else the first of them.
    """
    shapes = [_sizes(state[key]) for key in _weights_in_order(state)]
    fitting = [layer for layer in PUBLISHED if shapes == _shapes_of(layer)]
    if not fitting:
        raise GeneratorError(
            f"{path.name} has the weights of no published generator (known: {', '.join(PUBLISHED)}); "
            "for others give caffe:PROTOTXT:CAFFEMODEL."
        )
    words = f"{path.parent.name} {path.name}"
    return next((layer for layer in fitting if layer in words), fitting[0])


@torch.no_grad()
def fill(generator: PublishedGenerator, state: Mapping[str, torch.Tensor], name: str) -> None:
    """Put the weights of `state` in. Raises GeneratorError that says which one does not fit.

    Conversions differ in the names they give: known names (Caffe's own, XDream's) are put in their order, others count
    in the file's. A bias that is left out is zero, as all the trunk's biases are.
    """
    weights = _weights_in_order(state)
    modules = generator.weighted()
    if len(weights) != len(modules):
        raise GeneratorError(
            f"{name} has {len(weights)} layers with weights, but the published generator has {len(modules)}."
        )
    for module, key in zip(modules, weights, strict=True):
        bias = state.get(key.removesuffix("weight") + "bias")
        for target, value in ((module.weight, state[key]), (module.bias, bias)):
            assert isinstance(target, nn.Parameter)
            if value is None:
                target.zero_()
            elif _sizes(value) != _sizes(target):
                shapes = f"{tuple(value.shape)}, not {tuple(target.shape)}"
                raise GeneratorError(f"{key} of {name} has the shape {shapes}; it is another generator.")
            else:
                target.copy_(value.reshape(target.shape))


def _weights_in_order(state: Mapping[str, torch.Tensor]) -> list[str]:
    keys = [key for key in state if key.endswith("weight")]
    places = {name: place for place, name in enumerate(_NAMES.split())}
    found = [[places[part] for part in key.split(".") if part in places] for key in keys]
    if not all(found):
        return keys
    return [key for _, key in sorted(zip(found, keys, strict=True))]


def _sizes(tensor: torch.Tensor) -> tuple[int, ...]:
    """Without sizes of 1: old Caffe files write every array in four dimensions."""
    return tuple(size for size in tensor.shape if size != 1)


@cache
def _shapes_of(layer: str) -> list[tuple[int, ...]]:
    with torch.device("meta"):
        modules = PublishedGenerator(layer).weighted()
    return [_sizes(module.get_parameter("weight")) for module in modules]


def _modules(channels: int, layers: tuple[_Layer, ...]) -> Iterator[nn.Module]:
    for index, layer in enumerate(layers):
        if layer.kind == "fc":
            yield nn.Linear(channels, layer.channels)
        elif layer.kind == "conv":
            yield nn.Conv2d(channels, layer.channels, layer.kernel, padding=layer.padding)
        else:
            kernel, stride = (4, 2) if layer.kind == "deconv" else (3, 1)
            yield nn.ConvTranspose2d(channels, layer.channels, kernel, stride=stride, padding=1)
        channels = layer.channels
        if index < len(layers) - 1:
            yield nn.LeakyReLU(SLOPE, inplace=True)
        if layer.kind == "fc" and layers[index + 1].kind != "fc":
            yield nn.Unflatten(1, _MAP)
            channels = _MAP[0]
