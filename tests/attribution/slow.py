"""The backward rules once more, with explicit loops over numpy arrays, to compare with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.attribution.nets import Calling, Tiny

F64 = NDArray[np.float64]


@dataclass
class Conv:
    weight: F64  # (out, in, k, k)
    bias: F64

    def forward(self, x: F64) -> F64:
        out, _, k, _ = self.weight.shape
        y = np.zeros((out, x.shape[1] - k + 1, x.shape[2] - k + 1))
        for o, r, c in product(*map(range, y.shape)):
            y[o, r, c] = self.bias[o] + (self.weight[o] * x[:, r : r + k, c : c + k]).sum()
        return y

    def backward(self, x: F64, g: F64, rule: str) -> F64:
        k = self.weight.shape[2]
        down = np.zeros_like(x)
        for o, r, c in product(*map(range, g.shape)):
            down[:, r : r + k, c : c + k] += g[o, r, c] * self.weight[o]
        return down


@dataclass
class Scale:
    factor: float

    def forward(self, x: F64) -> F64:
        return x * self.factor

    def backward(self, x: F64, g: F64, rule: str) -> F64:
        return g * self.factor


@dataclass
class Rectify:
    ceiling: float = math.inf

    def forward(self, x: F64) -> F64:
        return np.minimum(np.maximum(x, 0), self.ceiling)

    def backward(self, x: F64, g: F64, rule: str) -> F64:
        down = np.zeros_like(x)
        for at in np.ndindex(x.shape):
            on = 0 < x[at] < self.ceiling
            if rule == "gradient":
                down[at] = g[at] if on else 0
            elif rule == "deconv":
                down[at] = g[at] if g[at] > 0 else 0
            elif rule == "guided":
                down[at] = g[at] if on and g[at] > 0 else 0
        return down


@dataclass
class MaxPool:
    """2x2 windows, stride 2; the signal goes back to where the maximum was (the switch)."""

    def forward(self, x: F64) -> F64:
        y = np.zeros((x.shape[0], x.shape[1] // 2, x.shape[2] // 2))
        for o, r, c in product(*map(range, y.shape)):
            y[o, r, c] = x[o, 2 * r : 2 * r + 2, 2 * c : 2 * c + 2].max()
        return y

    def backward(self, x: F64, g: F64, rule: str) -> F64:
        down = np.zeros_like(x)
        for o, r, c in product(*map(range, g.shape)):
            switch = x[o, 2 * r : 2 * r + 2, 2 * c : 2 * c + 2].argmax()
            down[o, 2 * r + switch // 2, 2 * c + switch % 2] += g[o, r, c]
        return down


@dataclass
class Linear:
    weight: F64
    bias: F64

    def forward(self, x: F64) -> F64:
        y: F64 = self.weight @ x.ravel() + self.bias
        return y[:, None, None]

    def backward(self, x: F64, g: F64, rule: str) -> F64:
        down: F64 = g.ravel() @ self.weight
        return down.reshape(x.shape)


Stage = Conv | Scale | Rectify | MaxPool | Linear


def _parameters(module: Any) -> tuple[F64, F64]:
    return module.weight.double().numpy(), module.bias.double().numpy()


def tiny(net: Tiny) -> dict[str, Stage]:
    """The stages of `Tiny` by the names of its layers."""
    return {
        "conv1": Conv(*_parameters(net.conv1)),
        "relu1": Rectify(),
        "pool1": MaxPool(),
        "conv2": Conv(*_parameters(net.conv2)),
        "relu2": Rectify(),
        "fc": Linear(*_parameters(net.fc)),
    }


def calling(net: Calling, ceiling: float) -> dict[str, Stage]:
    """The stages of `Calling`."""
    return {
        "conv1": Conv(*_parameters(net.conv1)),
        "scale": Scale(net.scale),
        "call": Rectify(ceiling),
        "conv2": Conv(*_parameters(net.conv2)),
    }


def outputs(stages: dict[str, Stage], x: F64) -> dict[str, F64]:
    """Every stage's output (C, h, w) for the input x (C, H, W)."""
    found = {}
    for name, stage in stages.items():
        x = stage.forward(x)
        found[name] = x
    return found


def signals(stages: dict[str, Stage], x: F64, layer: str, start: F64, rule: str) -> dict[str, F64]:
    """The signal at every stage's output up to `layer`, and at the input (""), from `start` at `layer`."""
    values = {"": x, **outputs(stages, x)}
    names: Sequence[str] = ["", *stages]
    found = {layer: start}
    for index in range(names.index(layer), 0, -1):
        above, below = names[index], names[index - 1]
        found[below] = stages[above].backward(values[below], found[above], rule)
    return found


def start(unit_map: F64, units: int, unit: int, kind: str, position: tuple[int, int]) -> F64:
    """The starting signal (units, h, w) for one unit's map."""
    whole = np.zeros((units, *unit_map.shape))
    if kind == "map":
        whole[unit] = unit_map
    elif kind == "max":
        y, x = divmod(int(unit_map.argmax()), unit_map.shape[1])
        whole[unit, y, x] = 1
    else:
        whole[unit, position[0], position[1]] = 1
    return whole
