"""Small networks that set the traps which real ones set."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class Residual(nn.Module):
    """An in-place ReLU module called twice and `out += identity`, as in ResNet."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.conv2(self.relu(self.conv1(x)))
        out += x
        out = self.relu(out)
        return torch.as_tensor(out)


class FunctionalReLU(nn.Module):
    """A convolution whose output a functional in-place ReLU overwrites, as in GoogLeNet."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.conv(x), inplace=True)


class Raising(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("on purpose")


class Pair(nn.Module):
    """Returns what cannot be shown."""

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"x": x}


class TakesPair(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pair = Pair()
        self.conv = nn.Conv2d(3, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.conv(self.pair(x)["x"])
        return y


def classifier(
    channels: int = 3, size: tuple[int, int] = (16, 16), classes: int = 5, width: int = 4
) -> nn.Sequential:
    """Two convolutions and two linear layers with an in-place ReLU, dropout and softmax."""
    flat = width * (size[0] // 2) * (size[1] // 2)
    return nn.Sequential(
        nn.Conv2d(channels, width, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Dropout(),
        nn.Identity(),
        nn.Flatten(),
        nn.Linear(flat, 7),
        nn.ReLU(inplace=True),
        nn.Linear(7, classes),
        nn.Softmax(1),
    ).eval()


def hooks_left(net: nn.Module) -> int:
    return sum(
        len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks) for m in net.modules()
    )
