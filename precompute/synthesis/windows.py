"""Convolutions and pools on a part of a map: how far they reach, and how to run them without their own padding."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor
from torch.nn import functional as F

from precompute.synthesis.tape import Call

Pair = tuple[int, int]


class UnknownConeError(ValueError):
    """The layer depends on a call whose reach is not known here."""


@dataclass(frozen=True)
class Window:
    """A windowed call, its geometry along (down, across), and what stands in for positions outside the map."""

    kernel: Pair
    stride: Pair
    padding: Pair
    dilation: Pair
    fill: float
    run: Callable[[Tensor], Tensor]  # without padding

    def reach(self, first: int, end: int, axis: int) -> Pair:
        """The input positions (from, up to) that output positions first .. end - 1 read, borders not regarded."""
        start = first * self.stride[axis] - self.padding[axis]
        last = (end - 1) * self.stride[axis] - self.padding[axis]
        return start, last + self.dilation[axis] * (self.kernel[axis] - 1) + 1

    def on(self, x: Tensor, missing: tuple[int, int, int, int]) -> Tensor:
        """Run on x with as many positions outside the map as `missing` (left, right, top, bottom) says."""
        return self.run(F.pad(x, missing, value=self.fill) if any(missing) else x)


def _conv(call: Call) -> Window:
    weight, bias, groups = call.arg(1, "weight"), call.arg(2, "bias"), call.arg(6, "groups", 1)
    stride, dilation = _pair(call.arg(3, "stride", 1)), _pair(call.arg(5, "dilation", 1))
    padding = _pair(call.arg(4, "padding", 0))

    def run(x: Tensor) -> Tensor:
        return F.conv2d(x, weight, bias, stride, 0, dilation, groups)

    return Window(tuple(weight.shape[2:]), stride, padding, dilation, 0.0, run)


def _max_pool(call: Call) -> Window:
    if call.arg(6, "return_indices", False):
        raise UnknownConeError("a pool that returns indices")
    kernel = _pair(call.arg(1, "kernel_size"))
    stride, padding = _pair(call.arg(2, "stride") or kernel), _pair(call.arg(3, "padding", 0))
    dilation = _pair(call.arg(4, "dilation", 1))

    def run(x: Tensor) -> Tensor:
        return F.max_pool2d(x, kernel, stride, 0, dilation)

    return Window(kernel, stride, padding, dilation, -math.inf, run)


def _avg_pool(call: Call) -> Window:
    """Only without padding: what a mean over a border divides by depends on more than the window."""
    kernel = _pair(call.arg(1, "kernel_size"))
    stride = _pair(call.arg(2, "stride") or kernel)
    if (
        any(_pair(call.arg(3, "padding", 0)))
        or call.arg(4, "ceil_mode", False)
        or call.arg(6, "divisor_override")
    ):
        raise UnknownConeError("a mean over a border")
    return Window(kernel, stride, (0, 0), (1, 1), 0.0, lambda x: F.avg_pool2d(x, kernel, stride))


WINDOWS: dict[str, Callable[[Call], Window]] = {
    "conv2d": _conv,
    "max_pool2d": _max_pool,
    "avg_pool2d": _avg_pool,
}


def window(call: Call) -> Window:
    """Raises UnknownConeError for a call that is none, or in a form that is not known here."""
    if call.name not in WINDOWS:
        raise UnknownConeError(f"{call.name} is neither pointwise nor windowed")
    return WINDOWS[call.name](call)


def _pair(value: Any) -> Pair:
    if isinstance(value, str):
        raise UnknownConeError(f"padding {value}")
    items = (value, value) if isinstance(value, int) else tuple(value)
    return int(items[0]), int(items[-1])
