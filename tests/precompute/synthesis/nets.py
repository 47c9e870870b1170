"""Small networks, as synthesis gets them."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from deepvis_app.models.loaded import LoadedModel
from deepvis_app.models.preprocess import Preprocess
from tests.attribution.nets import loaded

SIDE = 32


class Plain(nn.Sequential):
    """Convolutions and pools as in the bundled network, then classes; `dead` units of conv2 are never above zero."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.add_module("conv1", nn.Conv2d(channels, 6, 5, stride=2, padding=2))
        self.add_module("relu1", nn.ReLU(inplace=True))
        self.add_module("pool1", nn.MaxPool2d(3, 2, ceil_mode=True))
        self.add_module("conv2", nn.Conv2d(6, 8, 3, padding=1))
        self.add_module("relu2", nn.ReLU(inplace=True))
        self.add_module("conv3", nn.Conv2d(8, 8, 3, padding=1))
        self.add_module("flatten", nn.Flatten())
        self.add_module("fc", nn.Linear(8 * 8 * 8, 5))


class Branched(nn.Module):
    """What real networks do: residual sums in place, concatenated branches, means, a downsampled shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.one = nn.Conv2d(4, 4, 1)
        self.three = nn.Conv2d(4, 4, 3, padding=1, groups=2)
        self.wide = nn.Conv2d(8, 8, 3, stride=2, padding=2, dilation=2)
        self.short = nn.Conv2d(8, 8, 1, stride=2)
        self.mean = nn.AvgPool2d(2, 1)
        self.last = nn.Conv2d(8, 6, (3, 1), padding=(1, 0))

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu_(self.norm(self.stem(x)))
        y = torch.cat([self.one(y), F.relu(self.three(y), inplace=True)], dim=1)
        out = self.wide(y)
        out += self.short(y)
        result: Tensor = self.last(self.mean(out.relu()))
        return result


class Gated(nn.Module):
    """A gate looks at the whole picture, which no cut of it can serve."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.gate = nn.Conv2d(4, 4, 1)
        self.last = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        result: Tensor = self.last(y * self.gate(F.adaptive_avg_pool2d(y, 1)).sigmoid())
        return result


def model(net: nn.Module, channels: int = 3, seed: int = 0) -> LoadedModel:
    """The network with random weights that keep activations alive, for SIDE x SIDE pictures."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in net.parameters():
            spread = (2 / weight[0].numel()) ** 0.5 if weight.dim() > 1 else 0.1
            weight.copy_(torch.randn(weight.shape, generator=generator) * spread)
    made = loaded(net, torch.zeros(1, channels, SIDE, SIDE))
    mean, std = ((0.5, 0.45, 0.4), (0.25, 0.2, 0.22)) if channels == 3 else ((0.5,), (0.25,))
    return replace(made, preprocess=Preprocess((SIDE, SIDE), channels=channels, mean=mean, std=std))


def weights_of(made: LoadedModel, name: str) -> Tensor:
    """A network's own parameter, to be changed in place."""
    return dict(made.net.named_parameters())[name]
