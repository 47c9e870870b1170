"""Modules for what Caffe computes and torch has no module for."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class InnerProduct(nn.Linear):
    """A linear layer on everything from `axis` on, as one vector."""

    def __init__(self, inputs: int, outputs: int, *, bias: bool, axis: int) -> None:
        super().__init__(inputs, outputs, bias)
        self.axis = axis

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.flatten(self.axis))


class Reshape(nn.Flatten):
    """Other sizes for the same values: 0 keeps a size, -1 is what remains.

    The first size is the batch's and stays. A Flatten to whoever lists layers: it computes nothing.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self.sizes = tuple(sizes)

    def forward(self, x: Tensor) -> Tensor:
        kept = [x.shape[at] if size == 0 else size for at, size in enumerate(self.sizes, start=1)]
        if -1 in kept:
            others = -math.prod(kept)
            kept[kept.index(-1)] = math.prod(x.shape[1:]) // max(others, 1)
        return x.reshape(-1, *kept)


class Sum(nn.Module):
    """The sum of the inputs, each times its coefficient."""

    def __init__(self, coefficients: Sequence[float]) -> None:
        super().__init__()
        self.coefficients = tuple(coefficients)

    def forward(self, *inputs: Tensor) -> Tensor:
        parts = [x if c == 1 else x * c for x, c in zip(inputs, self.coefficients, strict=True)]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total


class Product(nn.Module):
    """The product of the inputs, element by element."""

    def forward(self, *inputs: Tensor) -> Tensor:
        total = inputs[0]
        for x in inputs[1:]:
            total = total * x
        return total


class Maximum(nn.Module):
    """The largest of the inputs, element by element."""

    def forward(self, *inputs: Tensor) -> Tensor:
        largest = inputs[0]
        for x in inputs[1:]:
            largest = torch.maximum(largest, x)
        return largest


class Concat(nn.Module):
    def __init__(self, axis: int) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, *inputs: Tensor) -> Tensor:
        return torch.cat(inputs, self.axis)


class Slice(nn.Module):
    """Cut along an axis into pieces of these sizes."""

    def __init__(self, axis: int, sizes: Sequence[int]) -> None:
        super().__init__()
        self.axis, self.sizes = axis, list(sizes)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        pieces: tuple[Tensor, ...] = torch.split(x, self.sizes, self.axis)
        return pieces


class Crop(nn.Module):
    """Cut the first input to the second one's size from `axis` on, starting at `offsets`."""

    def __init__(self, axis: int, offsets: Sequence[int]) -> None:
        super().__init__()
        self.axis, self.offsets = axis, tuple(offsets)

    def forward(self, x: Tensor, like: Tensor) -> Tensor:
        cuts = [slice(None)] * self.axis
        cuts += [
            slice(first, first + size)
            for first, size in zip(self.offsets, like.shape[self.axis :], strict=True)
        ]
        return x[tuple(cuts)]


class Scale(nn.Module):
    """x * weight + bias, the weight spread over the axes that it does not have. Without a weight: a Bias layer."""

    def __init__(self, shape: Sequence[int], behind: int, *, weight: bool, bias: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(*shape)) if weight else None
        self.bias = nn.Parameter(torch.empty(*shape)) if bias else None
        self.spread = (*shape, *(1,) * behind)  # `behind`: axes of the input that stand after the weight's

    def reset_parameters(self) -> None:
        """The start of Caffe's own training."""
        if self.weight is not None:
            nn.init.ones_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(self, x: Tensor) -> Tensor:
        if self.weight is not None:
            x = x * self.weight.view(self.spread)
        return x if self.bias is None else x + self.bias.view(self.spread)


class ScaleBy(nn.Module):
    """The first input times, or plus, the second one, which lacks `behind` axes at the end."""

    def __init__(self, behind: int, *, add: bool) -> None:
        super().__init__()
        self.behind, self.add = behind, add

    def forward(self, x: Tensor, other: Tensor) -> Tensor:
        other = other.reshape(*other.shape, *(1,) * self.behind)
        return x + other if self.add else x * other


class Power(nn.Module):
    """(shift + scale x)^power."""

    def __init__(self, power: float, scale: float, shift: float) -> None:
        super().__init__()
        self.power, self.scale, self.shift = power, scale, shift

    def forward(self, x: Tensor) -> Tensor:
        x = x * self.scale + self.shift
        return x if self.power == 1 else x.pow(self.power)


class AbsVal(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.abs()


class WithinChannelNorm(nn.Module):
    """x (1 + alpha m)^-beta, m the mean of x^2 over a window of its own channel; zeros outside count.

    Source: Caffe's LRN layer with norm_region WITHIN_CHANNEL, which is made of its Pooling, Power and Eltwise.
    """

    def __init__(self, size: int, alpha: float, beta: float) -> None:
        super().__init__()
        self.size, self.alpha, self.beta = size, alpha, beta

    def forward(self, x: Tensor) -> Tensor:
        mean = F.avg_pool2d(x * x, self.size, stride=1, padding=self.size // 2)
        return x * (1 + self.alpha * mean).pow(-self.beta)
