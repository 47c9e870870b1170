"""Layer-wise relevance propagation of Tiny once more, with explicit loops over numpy arrays, to compare with."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from deepvis_app.attribution.lrp_shares import EPSILON
from tests.attribution.nets import Tiny
from tests.attribution.slow import Conv, MaxPool, Rectify

F64 = NDArray[np.float64]


def z_plus(layer: Conv, x: F64, relevance: F64) -> F64:
    """Every output's relevance goes to the contributions x_i w_ij that are above zero, in proportion."""
    k = layer.weight.shape[2]
    down = np.zeros_like(x)
    for o, r, c in product(*map(range, relevance.shape)):
        contributions = np.maximum(layer.weight[o] * x[:, r : r + k, c : c + k], 0)
        down[:, r : r + k, c : c + k] += contributions / contributions.sum() * relevance[o, r, c]
    return down


def epsilon_rule(weight: F64, bias: F64, x: F64, relevance: F64) -> F64:
    """Every output's relevance goes to x_i w_ij; what the bias and epsilon absorb goes to |x_i|."""
    z = weight @ x + bias
    epsilon = EPSILON * np.sqrt((z**2).mean())
    down = np.zeros_like(x)
    for j, value in enumerate(z):
        shares = weight[j] * x / (value + epsilon * (1 if value >= 0 else -1)) * relevance[j]
        down += shares + (relevance[j] - shares.sum()) * np.abs(x) / np.abs(x).sum()
    return down


def tiny_relevance(net: Tiny, x: F64, unit: int) -> tuple[F64, F64]:
    """The relevance of the class `unit` at the input (C, H, W), and at conv1."""
    convs = [
        Conv(layer.weight.numpy(), layer.bias.numpy())
        for layer in (net.conv1, net.conv2)
        if layer.bias is not None
    ]
    below = convs[0].forward(x)
    rectified = Rectify().forward(below)
    pooled = MaxPool().forward(rectified)
    last = Rectify().forward(convs[1].forward(pooled))
    weight, bias = net.fc.weight.numpy(), net.fc.bias.numpy()
    start = np.zeros(3)
    start[unit] = (weight @ last.reshape(-1) + bias)[unit]
    relevance = epsilon_rule(weight, bias, last.reshape(-1), start).reshape(last.shape)
    relevance = z_plus(convs[1], pooled, relevance)
    at_conv1 = MaxPool().backward(rectified, relevance, "gradient")
    return z_plus(convs[0], x, at_conv1), at_conv1
