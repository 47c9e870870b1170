"""Small networks with every kind of rectifying call, and a plain way to make a LoadedModel of any network."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_app.messages import LayerInfo, ModelChoice, ModelInfo
from deepvis_app.models.loaded import LoadedModel


def _layer(name: str, module: nn.Module, out: Tensor) -> LayerInfo:
    shape = tuple(out.shape[1:])
    units, map_shape = (shape[0], (shape[1], shape[2])) if len(shape) == 3 else (shape[-1], (1, 1))
    if len(shape) == 2:  # tokens; a first one beyond the square is the class token
        side = int(shape[0] ** 0.5)
        map_shape = (side, side)
    return LayerInfo(name, name, type(module).__name__, shape, units, map_shape)


def _layers(net: nn.Module, x: Tensor) -> tuple[LayerInfo, ...]:
    found: dict[str, LayerInfo] = {}
    hooks = []

    def hook(name: str) -> Any:
        def keep(module: nn.Module, args: Any, out: Any) -> None:
            if isinstance(out, Tensor) and out.ndim in (2, 3, 4):
                calls = sum(key.split(":")[0] == name for key in found)
                found[name if not calls else f"{name}:{calls + 1}"] = _layer(name, module, out)

        return keep

    hooks = [module.register_forward_hook(hook(name)) for name, module in net.named_modules() if name]
    with torch.no_grad():
        net(x)
    for handle in hooks:
        handle.remove()
    return tuple(found.values())


def loaded(net: nn.Module, x: Tensor) -> LoadedModel:
    """The network as the methods get it: in eval mode, frozen, with the layers that x (1, C, H, W) runs."""
    net.eval().requires_grad_(False).to(x.dtype)
    info = ModelInfo(
        choice=ModelChoice("test"),
        title="test net",
        layers=_layers(net, x),
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


def livened(net: nn.Module, seed: int = 0) -> nn.Module:
    """The network with batch-norm statistics such that random activations are alive and of usual size."""
    torch.manual_seed(seed)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
            module.reset_running_stats()
    return net.train()


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

    def __init__(self, call: Any) -> None:
        super().__init__()
        torch.manual_seed(5)
        self.conv1 = nn.Conv2d(2, 4, 3)
        self.conv2 = nn.Conv2d(4, 3, 3)
        self.call = call

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv2(self.call(self.conv1(x) * 4))
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
