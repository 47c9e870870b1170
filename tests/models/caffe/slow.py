"""What Caffe's layers compute, written out element by element in NumPy from the formulas of its documentation."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Pair = tuple[int, int]


def convolved(
    x: Array, weight: Array, bias: Array, stride: Pair, pad: Pair, dilation: Pair = (1, 1), groups: int = 1
) -> Array:
    outputs, _, kh, kw = weight.shape
    size = [
        (x.shape[a + 2] + 2 * pad[a] - dilation[a] * (weight.shape[a + 2] - 1) - 1) // stride[a] + 1
        for a in (0, 1)
    ]
    found = np.zeros((x.shape[0], outputs, *size))
    ins, outs = x.shape[1] // groups, outputs // groups
    for n, o, i, j in np.ndindex(*found.shape):
        total = bias[o]
        for c, a, b in product(range(ins), range(kh), range(kw)):
            y, z = i * stride[0] - pad[0] + a * dilation[0], j * stride[1] - pad[1] + b * dilation[1]
            if 0 <= y < x.shape[2] and 0 <= z < x.shape[3]:
                total += weight[o, c, a, b] * x[n, o // outs * ins + c, y, z]
        found[n, o, i, j] = total
    return found


def deconvolved(x: Array, weight: Array, bias: Array, stride: int, pad: int, groups: int) -> Array:
    """Each input value adds the kernel, times itself, to the output; then `pad` is cut off all round."""
    count, ins, height, width = x.shape
    kernel, outs = weight.shape[2], weight.shape[1]
    full = np.zeros((count, outs * groups, (height - 1) * stride + kernel, (width - 1) * stride + kernel))
    for n, c, i, j in np.ndindex(*x.shape):
        group = c // (ins // groups)
        for o, a, b in np.ndindex(*weight.shape[1:]):
            full[n, group * outs + o, i * stride + a, j * stride + b] += x[n, c, i, j] * weight[c, o, a, b]
    cut = full[:, :, pad : full.shape[2] - pad, pad : full.shape[3] - pad]
    return cut + bias[:, None, None]


def pooled(x: Array, method: str, kernel: Pair, stride: Pair, pad: Pair) -> Array:
    """Caffe's sizes: rounded up, and a last window that begins behind the picture and its first padding is dropped."""
    size = []
    for axis in (0, 1):
        count = math.ceil((x.shape[axis + 2] + 2 * pad[axis] - kernel[axis]) / stride[axis]) + 1
        if any(pad) and (count - 1) * stride[axis] >= x.shape[axis + 2] + pad[axis]:
            count -= 1
        size.append(count)
    found = np.zeros((*x.shape[:2], *size))
    for n, c, i, j in np.ndindex(*found.shape):
        starts = (i * stride[0] - pad[0], j * stride[1] - pad[1])
        ends = [min(starts[a] + kernel[a], x.shape[a + 2] + pad[a]) for a in (0, 1)]
        divisor = (ends[0] - starts[0]) * (ends[1] - starts[1])  # the padding counts
        part = x[
            n, c, max(starts[0], 0) : min(ends[0], x.shape[2]), max(starts[1], 0) : min(ends[1], x.shape[3])
        ]
        found[n, c, i, j] = part.max() if method == "MAX" else part.sum() / divisor
    return found


def across_channels(x: Array, size: int, alpha: float, beta: float, k: float) -> Array:
    found = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*x.shape):
        near = x[n, max(c - size // 2, 0) : c + size // 2 + 1, i, j]
        found[n, c, i, j] = x[n, c, i, j] / (k + alpha / size * (near**2).sum()) ** beta
    return found


def within_channel(x: Array, size: int, alpha: float, beta: float) -> Array:
    mean = pooled(x**2, "AVE", (size, size), (1, 1), (size // 2, size // 2))
    return np.asarray(x * (1 + alpha * mean) ** -beta)
