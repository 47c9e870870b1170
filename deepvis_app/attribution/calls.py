"""The calls by which a network rectifies: torch's functions for ReLU and its kin, and how to read them.

Modules, functionals, tensor methods and in-place forms all end in one of these functions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class Rectifier(NamedTuple):
    """A call that computes min(max(x, 0), ceiling)."""

    x: Tensor
    ceiling: float = math.inf
    in_place: bool = False


Function = Callable[..., Any]
Reader = Callable[..., Rectifier | None]  # same arguments as the function; None: no rectifier at zero


def _relu(x: Tensor, inplace: bool = False) -> Rectifier:
    return Rectifier(x, in_place=inplace)


def _relu_(x: Tensor) -> Rectifier:
    return Rectifier(x, in_place=True)


def _relu6(x: Tensor, inplace: bool = False) -> Rectifier:
    return Rectifier(x, 6.0, inplace)


def _hardtanh(
    x: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Rectifier | None:
    return Rectifier(x, max_val, inplace) if min_val == 0 < max_val else None


def _hardtanh_(x: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Rectifier | None:
    return _hardtanh(x, min_val, max_val, inplace=True)


def _threshold(x: Tensor, threshold: float, value: float, inplace: bool = False) -> Rectifier | None:
    return Rectifier(x, in_place=inplace) if threshold == 0 == value else None


def _threshold_(x: Tensor, threshold: float, value: float) -> Rectifier | None:
    return _threshold(x, threshold, value, inplace=True)


def _clamp(x: Tensor, *bounds: Any, **named: Any) -> Rectifier | None:
    low, high = (*bounds, None, None)[:2]
    low, high = named.get("min", low), named.get("max", high)
    if isinstance(low, Tensor) or isinstance(high, Tensor) or low != 0 or "out" in named:
        return None
    ceiling = math.inf if high is None else float(high)
    return Rectifier(x, ceiling) if ceiling > 0 else None


def _clamp_(x: Tensor, *bounds: Any, **named: Any) -> Rectifier | None:
    call = _clamp(x, *bounds, **named)
    return None if call is None else Rectifier(x, call.ceiling, in_place=True)


# The name is that under which a call with another threshold is reported; a clamp is then no activation at all.
RECTIFIERS: dict[Function, tuple[str, Reader]] = {
    F.relu: ("ReLU", _relu),
    torch.relu: ("ReLU", _relu),
    torch.relu_: ("ReLU", _relu_),
    Tensor.relu: ("ReLU", _relu),
    Tensor.relu_: ("ReLU", _relu_),
    F.relu6: ("ReLU6", _relu6),
    F.hardtanh: ("Hardtanh", _hardtanh),
    F.hardtanh_: ("Hardtanh", _hardtanh_),
    F.threshold: ("Threshold", _threshold),
    torch.threshold: ("Threshold", _threshold),
    torch.threshold_: ("Threshold", _threshold_),
    torch.clamp: ("", _clamp),
    torch.clamp_: ("", _clamp_),
    torch.clamp_min: ("", _clamp),
    torch.clamp_min_: ("", _clamp_),
    torch.clip: ("", _clamp),
    torch.clip_: ("", _clamp_),
    Tensor.clamp: ("", _clamp),
    Tensor.clamp_: ("", _clamp_),
    Tensor.clamp_min: ("", _clamp),
    Tensor.clamp_min_: ("", _clamp_),
    Tensor.clip: ("", _clamp),
    Tensor.clip_: ("", _clamp_),
}

# Activation functions for which the papers give no rule: they keep their plain gradient, and that is said.
WITHOUT_RULE: dict[Function, str] = {
    F.leaky_relu: "LeakyReLU",
    F.leaky_relu_: "LeakyReLU",
    F.prelu: "PReLU",
    F.rrelu: "RReLU",
    F.gelu: "GELU",
    F.silu: "SiLU",
    F.mish: "Mish",
    F.hardswish: "Hardswish",
    F.elu: "ELU",
    F.elu_: "ELU",
    F.selu: "SELU",
    F.celu: "CELU",
    F.softplus: "Softplus",
}
