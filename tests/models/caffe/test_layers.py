"""Each Caffe layer type against what its documentation says, computed element by element."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from deepvis_app.models.caffe.caffemodel import caffemodel_of
from deepvis_app.models.caffe.errors import CaffeError
from deepvis_app.models.caffe.graph import graph_of
from deepvis_app.models.caffe.layers import LAYERS
from deepvis_app.models.caffe.network import CaffeNet, build
from deepvis_app.models.caffe.prototxt import parse
from tests.models.caffe import slow
from tests.models.caffe.written import caffemodel

Array = np.ndarray[Any, Any]
RANDOM = np.random.default_rng(5)


def drawn(*shape: int) -> Array:
    return RANDOM.normal(size=shape)


def network(text: str, weights: dict[str, list[Array]], shape: tuple[int, ...]) -> CaffeNet:
    sizes = " ".join(f"dim: {size}" for size in shape)
    net = parse(f'input: "data" input_shape {{ {sizes} }} {text}')
    extra = {"unused": [np.ones(1)], **weights}
    return build(graph_of(net, "net"), caffemodel_of(caffemodel(extra), "w"), "net")


def layer(
    kind: str, settings: str = "", bottoms: tuple[str, ...] = ("data",), name: str = "it", top: str = "out"
) -> str:
    ins = " ".join(f'bottom: "{bottom}"' for bottom in bottoms)
    return f'layer {{ name: "{name}" type: "{kind}" {ins} top: "{top}" {settings} }}\n'


@dataclass(frozen=True)
class Case:
    """One layer on `shape`, and what it should give. The formula gets the input and the weights."""

    kind: str
    settings: str
    formula: Callable[..., Array]
    weights: tuple[Array, ...] = ()
    shape: tuple[int, ...] = (2, 4, 6, 7)
    module: type[nn.Module] | None = None
    twice: bool = field(default=False)  # the layer reads the data and a PReLU's version of it


CONV = drawn(6, 2, 3, 2), drawn(6)
DECONV = drawn(4, 3, 4, 4), drawn(6)
FC = drawn(5, 4 * 6 * 7), drawn(5)
FOUR = drawn(4)


def leaky(x: Array, slope: Any) -> Array:
    return np.where(x > 0, x, x * slope)


def soft(x: Array) -> Array:
    raised = np.exp(x - x.max(1, keepdims=True))
    return np.asarray(raised / raised.sum(1, keepdims=True))


def spread(values: Array) -> Array:
    return values.reshape(-1, 1, 1)


OTHER = 0.25  # the slope of the second input's PReLU
CASES = [
    Case(
        "Convolution",
        "convolution_param { num_output: 6 kernel_h: 3 kernel_w: 2 stride: 2 pad_h: 1 pad_w: 0 group: 2 }",
        lambda x, w, b: slow.convolved(x, w, b, (2, 2), (1, 0), groups=2),
        CONV,
        module=nn.Conv2d,
    ),
    Case(
        "Convolution",
        "convolution_param { num_output: 2 kernel_size: 3 kernel_size: 2 dilation: 2 bias_term: false }",
        lambda x, w: slow.convolved(x, w, np.zeros(2), (1, 1), (0, 0), (2, 2)),
        (drawn(2, 4, 3, 2),),
    ),
    Case(
        "Deconvolution",
        "convolution_param { num_output: 6 kernel_size: 4 stride: 2 pad: 1 group: 2 }",
        lambda x, w, b: slow.deconvolved(x, w, b, 2, 1, 2),
        DECONV,
        module=nn.ConvTranspose2d,
    ),
    Case(
        "InnerProduct", "inner_product_param { num_output: 5 }",
        lambda x, w, b: x.reshape(2, -1) @ w.T + b, FC, module=nn.Linear,
    ),
    Case(
        "InnerProduct", "inner_product_param { num_output: 5 transpose: true }",
        lambda x, w, b: x.reshape(2, -1) @ w + b, (FC[0].T.copy(), FC[1]),
    ),
    Case(
        "InnerProduct", "inner_product_param { num_output: 5 axis: -1 bias_term: false }",
        lambda x, w: x @ w.T, (drawn(5, 7),),
    ),
    Case("ReLU", "", lambda x: np.maximum(x, 0), module=nn.ReLU),
    Case("ReLU", "relu_param { negative_slope: 0.3 }", lambda x: leaky(x, 0.3), module=nn.LeakyReLU),
    Case("PReLU", "", lambda x, w: leaky(x, spread(w)), (FOUR,), module=nn.PReLU),
    Case("PReLU", "prelu_param { channel_shared: true }", leaky, (drawn(1),)),
    *(
        Case(
            "Pooling",
            f"pooling_param {{ pool: {method} kernel_size: {kernel} stride: {stride} pad: {pad} }}",
            lambda x, m=method, k=kernel, s=stride, p=pad: slow.pooled(x, m, (k, k), (s, s), (p, p)),
            shape=(1, 2, *size),
            module=nn.MaxPool2d if method == "MAX" else nn.AvgPool2d,
        )
        for method in ("MAX", "AVE")
        for kernel, stride, pad in ((3, 2, 0), (3, 2, 1), (2, 2, 1), (3, 3, 1), (2, 1, 0), (4, 3, 2))
        for size in ((6, 7), (5, 8))
    ),
    Case(
        "Pooling", "pooling_param { kernel_h: 2 kernel_w: 3 stride_h: 1 stride_w: 2 }",
        lambda x: slow.pooled(x, "MAX", (2, 3), (1, 2), (0, 0)),
    ),
    *(
        Case(
            "Pooling",
            f"pooling_param {{ pool: {method} kernel_size: 3 stride: 2 round_mode: FLOOR }}",
            lambda x, m=method: slow.pooled(x[:, :, :5], m, (3, 3), (2, 2), (0, 0)),  # the sixth row is left over
        )
        for method in ("MAX", "AVE")
    ),
    Case("Pooling", "pooling_param { pool: AVE global_pooling: true }", lambda x: x.mean((2, 3))),
    Case("Pooling", "pooling_param { global_pooling: true }", lambda x: x.max((2, 3))),
    Case(
        "LRN", "lrn_param { local_size: 3 alpha: 0.7 beta: 0.6 k: 2 }",
        lambda x: slow.across_channels(x, 3, 0.7, 0.6, 2.0), module=nn.LocalResponseNorm,
    ),
    Case("LRN", "", lambda x: slow.across_channels(x, 5, 1.0, 0.75, 1.0)),
    Case(
        "LRN", "lrn_param { local_size: 3 alpha: 0.7 beta: 0.6 norm_region: WITHIN_CHANNEL }",
        lambda x: slow.within_channel(x, 3, 0.7, 0.6),
    ),
    Case("Dropout", "dropout_param { dropout_ratio: 0.9 }", lambda x: x, module=nn.Dropout),
    Case("Softmax", "", soft, module=nn.Softmax),
    Case("Softmax", "softmax_param { axis: -1 }", lambda x: np.moveaxis(soft(np.moveaxis(x, -1, 1)), 1, -1)),
    Case("Concat", "", lambda x: np.concatenate([x, leaky(x, OTHER)], 1), twice=True),
    Case("Concat", "concat_param { axis: 2 }", lambda x: np.concatenate([x, leaky(x, OTHER)], 2), twice=True),
    Case("Concat", "concat_param { concat_dim: 3 }", lambda x: np.concatenate([x, leaky(x, OTHER)], 3), twice=True),
    Case("Eltwise", "", lambda x: x + leaky(x, OTHER), twice=True),
    Case(
        "Eltwise", "eltwise_param { operation: SUM coeff: 2 coeff: -1 }",
        lambda x: 2 * x - leaky(x, OTHER), twice=True,
    ),
    Case("Eltwise", "eltwise_param { coeff: 255 }", lambda x: 255 * x),
    Case("Eltwise", "eltwise_param { operation: PROD }", lambda x: x * leaky(x, OTHER), twice=True),
    Case("Eltwise", "eltwise_param { operation: 2 }", lambda x: np.maximum(x, leaky(x, OTHER)), twice=True),
    Case("Scale", "", lambda x, w: x * spread(w), (FOUR,)),
    Case("Scale", "scale_param { bias_term: true }", lambda x, w, b: x * spread(w) + spread(b), (FOUR, FOUR + 1)),
    Case(
        "Scale", "scale_param { axis: 2 num_axes: -1 }", lambda x, w: x * w, (drawn(6, 7),),
    ),
    Case("Scale", "", lambda x: x * leaky(x, OTHER), twice=True),
    Case("Bias", "", lambda x, b: x + spread(b), (FOUR,)),
    Case("Bias", "", lambda x: x + leaky(x, OTHER), twice=True),
    Case(
        "BatchNorm", "batch_norm_param { eps: 0.1 }",
        lambda x, m, v, s: (x - spread(m / s)) / np.sqrt(spread(v / s) + 0.1), (FOUR, FOUR**2, np.array([3.0])),
        module=nn.BatchNorm2d,
    ),
    Case("BatchNorm", "", lambda x, m, v, s: x / np.sqrt(1e-5), (FOUR, FOUR**2, np.zeros(1))),
    Case(
        "BatchNorm", "", lambda x, m, v, s: (x - m) / np.sqrt(v + 1e-5), (FOUR, FOUR**2, np.ones(1)), shape=(2, 4),
    ),
    Case("Reshape", "reshape_param { shape { dim: 0 dim: -1 dim: 7 } }", lambda x: x.reshape(2, 24, 7)),
    Case("Reshape", "reshape_param { shape { dim: 2 dim: 8 dim: 3 dim: 7 } }", lambda x: x.reshape(2, 8, 3, 7)),
    Case(
        "Reshape", "reshape_param { shape { dim: 2 dim: 3 } axis: 2 num_axes: 1 }",
        lambda x: x.reshape(2, 4, 2, 3, 7),
    ),
    Case("Flatten", "", lambda x: x.reshape(2, -1), module=nn.Flatten),
    Case("Flatten", "flatten_param { axis: 2 end_axis: 3 }", lambda x: x.reshape(2, 4, 42)),
    Case("Sigmoid", "", lambda x: 1 / (1 + np.exp(-x))),
    Case("TanH", "", np.tanh),
    Case("AbsVal", "", np.abs),
    Case("Power", "power_param { power: 2 scale: 0.5 shift: 3 }", lambda x: (3 + 0.5 * x) ** 2),
    Case("ELU", "elu_param { alpha: 0.5 }", lambda x: np.where(x > 0, x, 0.5 * (np.exp(x) - 1))),
    Case("BNLL", "", lambda x: np.log1p(np.exp(x))),
    Case("Split", "", lambda x: x),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind} {case.settings}"[:70])
def test_a_layer_computes_what_caffe_says(case: Case) -> None:
    bottoms: tuple[str, ...] = ("data",)
    before, weights = "", {"it": list(case.weights)}
    if case.twice:
        bottoms, weights = ("data", "other"), {**weights, "slope": [np.full(1, OTHER)]}
        before = layer("PReLU", "prelu_param { channel_shared: true }", name="slope", top="other")
    net = network(before + layer(case.kind, case.settings, bottoms), weights, case.shape)
    x = np.random.default_rng(1).normal(size=case.shape)
    with torch.no_grad():
        found = net(torch.tensor(x, dtype=torch.float32))
    expected = case.formula(x, *case.weights)
    assert found.shape == expected.shape
    assert np.allclose(found.numpy(), expected, rtol=1e-4, atol=1e-4)
    if case.module is not None:
        assert isinstance(net.get_submodule("it"), case.module)


def test_every_layer_type_of_the_table_is_tested() -> None:
    assert {case.kind for case in CASES} | {"Slice", "Crop"} == set(LAYERS)


def test_slices_are_pieces_along_the_channels() -> None:
    text = (
        'layer { name: "cut" type: "Slice" bottom: "data" top: "a" top: "b" slice_param { slice_point: 1 } }'
    )
    net = network(text + layer("Concat", bottoms=("b", "a")), {}, (1, 4, 2, 2))
    x = torch.randn(3, 4, 2, 2)
    assert torch.equal(net(x), torch.cat([x[:, 1:], x[:, :1]], 1))
    even = text.replace("slice_param { slice_point: 1 }", "")
    assert torch.equal(network(even, {}, (1, 4, 2, 2))(x), x[:, 2:])


def test_a_crop_takes_its_size_from_the_second_input() -> None:
    small = layer("Pooling", "pooling_param { kernel_size: 3 stride: 1 }", name="pool", top="small")
    crop = layer("Crop", "crop_param { offset: 1 offset: 2 }", ("data", "small"))
    x = torch.randn(2, 3, 6, 7)
    assert torch.equal(network(small + crop, {}, (1, 3, 6, 7))(x), x[:, :, 1:5, 2:7])


def test_a_gate_of_squeeze_and_excite_scales_its_channels() -> None:
    pool = layer("Pooling", "pooling_param { pool: AVE global_pooling: true }", name="pool", top="pool")
    flat = layer("Flatten", bottoms=("pool",), name="flat", top="gate")
    x = torch.randn(2, 3, 4, 4)
    net = network(pool + flat + layer("Scale", "scale_param { axis: 0 }", ("data", "gate")), {}, (1, 3, 4, 4))
    assert torch.allclose(net(x), x * x.mean((2, 3), keepdim=True), atol=1e-6)


BAD = [
    ("Convolution", "convolution_param { kernel_size: 3 }", "num_output is missing"),
    ("Convolution", "convolution_param { num_output: 2 }", "kernel_size is missing"),
    (
        "Convolution",
        "convolution_param { num_output: x kernel_size: 3 }",
        "num_output must be a whole number",
    ),
    (
        "Convolution",
        "convolution_param { num_output: 3 kernel_size: 9 bias_term: false }",
        "needs 1 arrays of weights",
    ),
    ("Pooling", "pooling_param { pool: STOCHASTIC kernel_size: 2 }", "stochastic"),
    ("Pooling", "pooling_param { kernel_size: 3 pad: 2 }", "pad is larger than half"),
    ("Pooling", "pooling_param { kernel_size: 2 stride: 0 }", "cannot take an input of 4 x 6 x 7"),
    ("LRN", "lrn_param { local_size: 4 }", "local_size must be odd"),
    ("Reshape", "reshape_param { shape { dim: 5 dim: 0 } }", "number of pictures"),
    ("Reshape", "reshape_param { shape { dim: 0 dim: 5 } }", "cannot take an input of"),
    ("Softmax", "softmax_param { axis: 7 }", "axis 7 is none of its input"),
    ("Eltwise", "eltwise_param { coeff: 1 coeff: 2 }", "2 coefficients for 1 inputs"),
    ("Crop", "", "needs two inputs"),
    ("Slice", "slice_param { slice_point: 9 }", "cannot be cut"),
    ("Pooling", "pooling_param { kernel_size: 99999999999999999999 }", "cannot take an input of"),
]


@pytest.mark.parametrize(("kind", "settings", "sentence"), BAD)
def test_what_cannot_be_built_names_the_layer(kind: str, settings: str, sentence: str) -> None:
    arrays = {"it": [np.ones(3), np.ones(3)]} if kind == "Convolution" else {}
    with pytest.raises(CaffeError, match=rf"Layer it .*{sentence}.*\.$"):
        network(layer(kind, settings), arrays, (1, 4, 6, 7))
