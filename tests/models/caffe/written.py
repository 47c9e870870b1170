"""Caffe files as Caffe writes them: an encoder that is as small as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def tag(number: int, kind: int) -> bytes:
    return varint(number << 3 | kind)


def part(number: int, content: bytes) -> bytes:
    return tag(number, 2) + varint(len(content)) + content


def blob(array: Array, form: str = "packed") -> bytes:
    """`form`: packed, unpacked, double, unpacked double, or old (four sizes instead of a shape)."""
    code, number, kind = ("<f8", 8, 1) if "double" in form else ("<f4", 5, 5)
    raw = np.asarray(array, code).tobytes()
    data = part(number, raw)
    if "unpacked" in form:
        width = int(code[-1])
        data = b"".join(tag(number, kind) + raw[at : at + width] for at in range(0, len(raw), width))
    if form == "old":
        sizes = (1,) * (4 - array.ndim) + array.shape
        return b"".join(tag(n, 0) + varint(size) for n, size in enumerate(sizes, 1)) + data
    return part(7, part(1, b"".join(map(varint, array.shape)))) + data


def layer(name: str, arrays: Sequence[Array], form: str = "packed", *, v1: bool = False) -> bytes:
    name_field, blob_field, number = (4, 6, 2) if v1 else (1, 7, 100)
    content = part(name_field, name.encode()) + b"".join(part(blob_field, blob(a, form)) for a in arrays)
    return part(number, content)


def caffemodel(layers: Mapping[str, Sequence[Array]], form: str = "packed", *, v1: bool = False) -> bytes:
    return part(1, b"a net") + b"".join(layer(name, arrays, form, v1=v1) for name, arrays in layers.items())


def files(
    folder: Path, prototxt: str, layers: Mapping[str, Sequence[Array]], name: str = "net"
) -> tuple[Path, Path]:
    """deploy.prototxt and NAME.caffemodel in `folder`."""
    folder.mkdir(exist_ok=True)
    described, weights = folder / "deploy.prototxt", folder / f"{name}.caffemodel"
    described.write_text(prototxt)
    weights.write_bytes(caffemodel(layers))
    return described, weights


SMALL = """
name: "Small"  # a comment
input: "data"
input_shape { dim: 10 dim: 3 dim: 16 dim: 16 }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 4 kernel_size: 3 pad: 1 } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
        pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layer { name: "norm1" type: "LRN" bottom: "pool1" top: "norm1" lrn_param { local_size: 3 alpha: 0.1 } }
layer { name: "conv2" type: "Convolution" bottom: "norm1" top: "conv2"
        convolution_param { num_output: 6 kernel_size: 3 group: 2 } }
layer { name: "relu2" type: "ReLU" bottom: "conv2" top: "conv2" }
layer { name: "fc3" type: "InnerProduct" bottom: "conv2" top: "fc3" inner_product_param { num_output: 5 } }
layer { name: "prob" type: "Softmax" bottom: "fc3" top: "prob" }
"""


def small_weights(seed: int = 0) -> dict[str, list[Array]]:
    """Of SMALL."""
    random = np.random.default_rng(seed)
    shapes = {"conv1": (4, 3, 3, 3), "conv2": (6, 2, 3, 3), "fc3": (5, 6 * 6 * 6)}
    return {
        name: [random.normal(size=shape) * 0.3, random.normal(size=shape[0])]
        for name, shape in shapes.items()
    }
