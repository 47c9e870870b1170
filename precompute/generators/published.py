"""The published DeePSiM generators (Dosovitskiy & Brox 2016), layer by layer, to be filled with their weights.

The weights are for non-commercial research only, so they are never shipped: a user brings the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from deepvis_app.models.weights import WeightsError, read_state_dict
from precompute.generators.store import GeneratorError
from precompute.generators.topology import AnyGenerator

SLOPE = 0.3
SIZE = 256
MEAN_RGB = (123.0, 117.0, 104.0)  # of CaffeNet's input, subtracted from the pictures it was trained on
_FC_WIDTH = 4096
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


def load_published(layer: str, path: Path) -> PublishedGenerator:
    """A published generator with the weights of a PyTorch conversion of it; eval mode, frozen.

    Conversions differ in the names they give, not in the order: weights are taken in the file's order, and a bias
    that is left out is zero, as all the trunk's biases are. Raises GeneratorError.
    """
    if layer not in PUBLISHED:
        known = ", ".join(PUBLISHED)
        raise GeneratorError(f"There is no published generator for {layer}; there are those for {known}.")
    try:
        state = read_state_dict(path)
    except WeightsError as error:
        raise GeneratorError(str(error)) from error
    generator = PublishedGenerator(layer)
    fill(generator, state, path.name)
    return generator.eval().requires_grad_(False)


@torch.no_grad()
def fill(generator: PublishedGenerator, state: Mapping[str, torch.Tensor], name: str) -> None:
    """Put the weights of `state` in, in its order. Raises GeneratorError that says which one does not fit."""
    weights = [key for key in state if key.endswith("weight")]
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
            elif value.numel() != target.numel() or value.squeeze().shape != target.squeeze().shape:
                shapes = f"{tuple(value.shape)}, not {tuple(target.shape)}"
                raise GeneratorError(f"{key} of {name} has the shape {shapes}; it is another generator.")
            else:
                target.copy_(value.reshape(target.shape))


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
