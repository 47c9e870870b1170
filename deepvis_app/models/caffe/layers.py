"""The LAYERS table: what makes the module of a Caffe layer type.

A new layer type is one function and one line. Defaults are those of caffe.proto; shapes are known, so the functions
also say what does not fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn

from deepvis_app.models.caffe import modules
from deepvis_app.models.caffe.errors import LayerError
from deepvis_app.models.caffe.graph import Layer
from deepvis_app.models.caffe.prototxt import Message

Pair = tuple[int, int]
MOST_VALUES = (
    1 << 28
)  # that a layer reads or makes of one picture: a description alone must not fill the memory


@dataclass(frozen=True)
class Spec:
    """A layer, and the shapes that it is given, with a batch of 1; the prototxt's own batch is `batch`."""

    layer: Layer
    shapes: tuple[torch.Size, ...]
    batch: int

    def own(self, name: str) -> Message:
        return self.layer.more.message(name)

    @property
    def channels(self) -> int:
        return self.shapes[0][1]

    def axis(self, message: Message, default: int, name: str = "axis") -> int:
        """An axis of the first input, counted from the front."""
        given = message.integer(name, default)
        axis = given + len(self.shapes[0]) if given < 0 else given
        if not 0 <= axis <= len(self.shapes[0]):
            raise LayerError(f"{name} {given} is none of its input")
        return axis


Maker = Callable[[Spec], nn.Module]


def _convolution(spec: Spec) -> nn.Module:
    own = spec.own("convolution_param")
    kernel, stride, padding, dilation, outputs = _windows(spec, own)
    groups, bias = own.integer("group", 1), own.flag("bias_term", default=True)
    _bounded(
        outputs,
        [(s + 2 * p) // max(by, 1) for s, p, by in zip(spec.shapes[0][2:], padding, stride, strict=True)],
    )
    return nn.Conv2d(spec.channels, outputs, kernel, stride, padding, dilation, groups, bias)


def _deconvolution(spec: Spec) -> nn.Module:
    own = spec.own("convolution_param")
    kernel, stride, padding, dilation, outputs = _windows(spec, own)
    groups, bias = own.integer("group", 1), own.flag("bias_term", default=True)
    reach = [by * (size - 1) for by, size in zip(dilation, kernel, strict=True)]
    _bounded(outputs, [s * by + r for s, by, r in zip(spec.shapes[0][2:], stride, reach, strict=True)])
    return nn.ConvTranspose2d(
        spec.channels, outputs, kernel, stride, padding, 0, groups, bias=bias, dilation=dilation
    )


def _windows(spec: Spec, own: Message) -> tuple[Pair, Pair, Pair, Pair, int]:
    if len(spec.shapes[0]) != 4 or spec.axis(own, 1) != 1:
        raise LayerError("only maps in two dimensions can be convolved")
    outputs = own.integer("num_output", 0)
    if outputs < 1:
        raise LayerError("num_output is missing")
    dilation = _pair(own, "dilation", "dilation", 1)
    return (*_geometry(own), dilation, outputs)


def _bounded(outputs: int, size: list[int]) -> None:
    """Raises LayerError for maps that no network has; `size` is theirs, or a little more."""
    if outputs * math.prod(size) > MOST_VALUES:
        raise LayerError(f"it would make maps of {size[0]} x {size[1]}")


def _geometry(own: Message) -> tuple[Pair, Pair, Pair]:
    """Kernel, stride and padding (down, across)."""
    kernel = _pair(own, "kernel_size", "kernel", 0)
    if min(kernel) < 1:
        raise LayerError("kernel_size is missing")
    return kernel, _pair(own, "stride", "stride", 1), _pair(own, "pad", "pad", 0)


def _pair(own: Message, name: str, short: str, default: int) -> Pair:
    given = own.integers(name)
    if len(given) > 2:
        raise LayerError(f"{name} is given {len(given)} times; only two dimensions are known")
    down, across = (given[0], given[-1]) if given else (default, default)
    return own.integer(f"{short}_h", down), own.integer(f"{short}_w", across)


def _inner_product(spec: Spec) -> nn.Module:
    own = spec.own("inner_product_param")
    axis = spec.axis(own, 1)
    inputs, bias = math.prod(spec.shapes[0][axis:]), own.flag("bias_term", default=True)
    return modules.InnerProduct(inputs, own.integer("num_output", 0), bias=bias, axis=axis)


def _pooling(spec: Spec) -> nn.Module:
    """Caffe rounds the number of windows up, unless told otherwise, and drops one that begins in the padding; so
    does torch's ceil_mode.

    AVE divides by the window as far as it lies in the padded map, which is torch's count_include_pad.
    """
    own = spec.own("pooling_param")
    method = own.choice("pool", ("MAX", "AVE", "STOCHASTIC"))
    if method == "STOCHASTIC":
        raise LayerError("stochastic pooling is not known")
    if own.flag("global_pooling"):
        return nn.AdaptiveMaxPool2d(1) if method == "MAX" else nn.AdaptiveAvgPool2d(1)
    kernel, stride, padding = _geometry(own)
    if any(2 * pad > size for pad, size in zip(padding, kernel, strict=True)):
        raise LayerError("its pad is larger than half its kernel")
    up = own.choice("round_mode", ("CEIL", "FLOOR")) == "CEIL"
    if method == "MAX":
        return nn.MaxPool2d(kernel, stride, padding, ceil_mode=up)
    return nn.AvgPool2d(kernel, stride, padding, ceil_mode=up, count_include_pad=True)


def _lrn(spec: Spec) -> nn.Module:
    own = spec.own("lrn_param")
    size, alpha, beta = own.integer("local_size", 5), own.number("alpha", 1.0), own.number("beta", 0.75)
    if size < 1 or size % 2 == 0:
        raise LayerError(f"local_size must be odd, not {size}")
    if own.choice("norm_region", ("ACROSS_CHANNELS", "WITHIN_CHANNEL")) == "WITHIN_CHANNEL":
        return modules.WithinChannelNorm(size, alpha, beta)
    return nn.LocalResponseNorm(size, alpha, beta, own.number("k", 1.0))


def _relu(spec: Spec) -> nn.Module:
    slope = spec.own("relu_param").number("negative_slope", 0.0)
    return nn.LeakyReLU(slope) if slope else nn.ReLU()


def _prelu(spec: Spec) -> nn.Module:
    return nn.PReLU(1 if spec.own("prelu_param").flag("channel_shared") else spec.channels)


def _softmax(spec: Spec) -> nn.Module:
    return nn.Softmax(spec.axis(spec.own("softmax_param"), 1))


def _concat(spec: Spec) -> nn.Module:
    own = spec.own("concat_param")
    return modules.Concat(spec.axis(own, own.integer("concat_dim", 1)))


def _slice(spec: Spec) -> nn.Module:
    own = spec.own("slice_param")
    axis = spec.axis(own, own.integer("slice_dim", 1))
    size, pieces = spec.shapes[0][axis], len(spec.layer.tops)
    points = own.integers("slice_point") or [size * at // pieces for at in range(1, pieces)]
    ends = [0, *points, size]
    sizes = [end - first for first, end in pairwise(ends)]
    if len(sizes) != pieces or min(sizes) < 1:
        raise LayerError(f"{size} channels cannot be cut into its {pieces} pieces")
    return modules.Slice(axis, sizes)


def _eltwise(spec: Spec) -> nn.Module:
    own = spec.own("eltwise_param")
    operation = own.choice("operation", ("PROD", "SUM", "MAX"), default=1)
    if len(set(spec.shapes)) > 1:
        raise LayerError(f"its inputs have the shapes {', '.join(str(tuple(s)) for s in spec.shapes)}")
    if operation == "PROD":
        return modules.Product()
    if operation == "MAX":
        return modules.Maximum()
    coefficients = own.numbers("coeff") or [1.0] * len(spec.shapes)
    if len(coefficients) != len(spec.shapes):
        raise LayerError(f"it has {len(coefficients)} coefficients for {len(spec.shapes)} inputs")
    return modules.Sum(coefficients)


def _scale(spec: Spec) -> nn.Module:
    own = spec.own("scale_param")
    if len(spec.shapes) > 1:
        return modules.ScaleBy(_behind(spec, own), add=False)
    shape, behind = _covered(spec, own)
    return modules.Scale(shape, behind, weight=True, bias=own.flag("bias_term"))


def _bias(spec: Spec) -> nn.Module:
    own = spec.own("bias_param")
    if len(spec.shapes) > 1:
        return modules.ScaleBy(_behind(spec, own), add=True)
    shape, behind = _covered(spec, own)
    return modules.Scale(shape, behind, weight=False, bias=True)


def _behind(spec: Spec, own: Message) -> int:
    """How many axes of the first input stand after the last one of the second. Its batch, if it has one, is axis 0."""
    axis = 0 if len(spec.shapes[1]) == len(spec.shapes[0]) else spec.axis(own, 1)
    behind = len(spec.shapes[0]) - axis - len(spec.shapes[1])
    if behind < 0:
        raise LayerError("its second input has more axes than its first")
    return behind


def _covered(spec: Spec, own: Message) -> tuple[torch.Size, int]:
    axis, count = spec.axis(own, 1), own.integer("num_axes", 1)
    end = len(spec.shapes[0]) if count == -1 else axis + count
    if axis < 1 or not axis <= end <= len(spec.shapes[0]):
        raise LayerError("its axis and num_axes do not lie in its input")
    return spec.shapes[0][axis:end], len(spec.shapes[0]) - end


def _batch_norm(spec: Spec) -> nn.Module:
    """As after training: with the kept mean and variance. Scale and shift are a layer of their own in Caffe."""
    eps = spec.own("batch_norm_param").number("eps", 1e-5)
    norm = nn.BatchNorm2d if len(spec.shapes[0]) == 4 else nn.BatchNorm1d
    return norm(spec.channels, eps, affine=False)


def _reshape(spec: Spec) -> nn.Module:
    own = spec.own("reshape_param")
    sizes = own.message("shape").integers("dim")
    axis, count = spec.axis(own, 0), own.integer("num_axes", -1)
    behind = [] if count == -1 else list(spec.shapes[0][axis + count :])
    sizes = [*spec.shapes[0][:axis], *sizes, *behind]
    if axis == 0 and sizes[:1] not in ([0], [-1], [1], [spec.batch]):
        raise LayerError("it would change the number of pictures")
    return modules.Reshape(sizes[1:])


def _flatten(spec: Spec) -> nn.Module:
    own = spec.own("flatten_param")
    return nn.Flatten(spec.axis(own, 1), own.integer("end_axis", -1))


def _crop(spec: Spec) -> nn.Module:
    own = spec.own("crop_param")
    if len(spec.shapes) != 2:
        raise LayerError(f"it needs two inputs, and has {len(spec.shapes)}")
    axis = spec.axis(own, 2)
    count, offsets = len(spec.shapes[0]) - axis, own.integers("offset") or [0]
    offsets = offsets * count if len(offsets) == 1 else offsets
    wanted = zip(offsets, spec.shapes[1][axis:], spec.shapes[0][axis:], strict=False)
    if len(offsets) != count or any(first < 0 or first + size > there for first, size, there in wanted):
        raise LayerError("what it cuts out does not lie in its input")
    return modules.Crop(axis, offsets)


def _power(spec: Spec) -> nn.Module:
    own = spec.own("power_param")
    return modules.Power(own.number("power", 1.0), own.number("scale", 1.0), own.number("shift", 0.0))


LAYERS: dict[str, Maker] = {
    "AbsVal": lambda _: modules.AbsVal(),
    "BatchNorm": _batch_norm,
    "Bias": _bias,
    "BNLL": lambda _: nn.Softplus(),
    "Concat": _concat,
    "Convolution": _convolution,
    "Crop": _crop,
    "Deconvolution": _deconvolution,
    "Dropout": lambda _: nn.Dropout(),
    "Eltwise": _eltwise,
    "ELU": lambda spec: nn.ELU(spec.own("elu_param").number("alpha", 1.0)),
    "Flatten": _flatten,
    "InnerProduct": _inner_product,
    "LRN": _lrn,
    "Pooling": _pooling,
    "Power": _power,
    "PReLU": _prelu,
    "ReLU": _relu,
    "Reshape": _reshape,
    "Scale": _scale,
    "Sigmoid": lambda _: nn.Sigmoid(),
    "Slice": _slice,
    "Softmax": _softmax,
    "Split": lambda _: nn.Identity(),
    "TanH": lambda _: nn.Tanh(),
}
