"""Small networks with every kind of rectifying call, and a plain way to make a LoadedModel of any network."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_app.messages import ModelChoice, ModelInfo
from deepvis_app.models.layers import enumerate_layers
from deepvis_app.models.loaded import LoadedModel


def loaded(net: nn.Module, x: Tensor) -> LoadedModel:
    """The network as the methods get it: in eval mode, frozen, with the layers that x (1, C, H, W) runs."""
    net.eval().requires_grad_(False).to(x.dtype)
    info = ModelInfo(
        choice=ModelChoice("test"),
        title="test net",
        layers=enumerate_layers(net, x),
        input_size=(x.shape[2], x.shape[3]),
        input_channels=x.shape[1],
        crop="crop",
        labels=(),
        fingerprint="",
        device="cpu",
        weights="random",
        preprocessing="",
    )
    nothing: Any = None  # the methods never preprocess
    return LoadedModel(net=net, info=info, preprocess=nothing, device=torch.device("cpu"))


def picture(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """A random network input."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def livened(net: nn.Module, x: Tensor) -> nn.Module:
    """The network with random batch-norm scales, and statistics taken from x, so that activations are alive."""
    torch.manual_seed(0)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.3)
    with torch.no_grad():
        net.train()(x)
    return net.eval()


def silence(layer: nn.Conv2d | nn.Linear, unit: int | slice = slice(None)) -> None:
    """Make a unit of a frozen layer (default: all of them) negative for every picture."""
    assert layer.bias is not None
    layer.bias[unit] = -100


class Tiny(nn.Module):
    """conv, ReLU, max-pool, conv, ReLU, linear: 10x10 input, three classes."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.conv1 = nn.Conv2d(2, 4, 3)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(4, 5, 3)
        self.relu2 = nn.ReLU(inplace=True)
        self.fc = nn.Linear(20, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool1(self.relu1(self.conv1(x)))
        x = self.relu2(self.conv2(x))
        out: Tensor = self.fc(x.flatten(1))
        return out


class Calling(nn.Module):
    """conv, a rectifying call, conv: the call is what varies."""

    scale = 8.0  # so that some values pass a ceiling of 6

    def __init__(self, call: Any) -> None:
        super().__init__()
        torch.manual_seed(5)
        self.conv1 = nn.Conv2d(2, 4, 3)
        self.conv2 = nn.Conv2d(4, 3, 3)
        self.call = call

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv2(self.call(self.conv1(x) * self.scale))
        return out


def ignoring(call: Any) -> Any:
    """A caller that ignores what an in-place call returns."""

    def used(x: Tensor) -> Tensor:
        call(x)
        return x

    return used


CALLS: dict[str, Any] = {
    "nn.ReLU": nn.ReLU(),
    "nn.ReLU in place": nn.ReLU(inplace=True),
    "F.relu": F.relu,
    "F.relu_ ignored": ignoring(F.relu_),
    "F.relu in place": lambda x: F.relu(x, inplace=True),
    "torch.relu": torch.relu,
    "Tensor.relu": Tensor.relu,
    "Tensor.relu_ ignored": ignoring(Tensor.relu_),
    "relu of a named input": lambda x: torch.relu(input=x),
    "clamp": lambda x: x.clamp(min=0),
    "clamp positional": lambda x: torch.clamp(x, 0),
    "clamp_min_ ignored": ignoring(lambda x: x.clamp_min_(0)),
    "threshold": nn.Threshold(0, 0),
    "a view in place": ignoring(lambda x: x.view(-1).relu_()),
}
CAPPED: dict[str, Any] = {
    "nn.ReLU6": nn.ReLU6(),
    "nn.ReLU6 in place": nn.ReLU6(inplace=True),
    "F.relu6": F.relu6,
    "F.hardtanh": lambda x: F.hardtanh(x, 0, 6),
    "F.hardtanh_ ignored": ignoring(lambda x: F.hardtanh_(x, 0, 6)),
    "clamp between": lambda x: x.clamp(0, 6),
}
