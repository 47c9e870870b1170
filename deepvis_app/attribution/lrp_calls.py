"""Which calls of a network share relevance, and how: by a function's name, however it is spelled.

F.relu, torch.relu, Tensor.relu and the in-place relu_ all are "relu". What only moves values about (MOVING) needs no
rule: its gradient already hands every value's relevance to where the value came from, a maximum's to the winner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from deepvis_app.attribution.lrp_shares import (
    Merged,
    by_excitation,
    by_value,
    convolved,
    first_share,
    floored,
)

Share = Callable[[Tensor, Sequence[Tensor], Merged | None], tuple[Tensor | None, ...]]


class Call(NamedTuple):
    """What hands relevance down: `share` takes it, the `inputs` (empty unless it `keeps` them) and a merged batch
    norm, and gives each input's relevance. `merges`: a batch norm that follows becomes part of the call.
    """

    inputs: tuple[Tensor, ...]
    share: Share
    keeps: bool = False
    merges: bool = False


Function = Callable[..., Any]
Reader = Callable[..., Call | None]  # the function itself, then its arguments; None: no rule for such a call


def _whole(x: Tensor) -> Call:
    """All relevance goes to the one input, as every function of a single value hands it down."""
    shape = x.shape
    return Call((x,), lambda relevance, _inputs, _merged: (relevance.sum_to_size(shape),))


def _elementwise(_function: Function, x: Tensor, *_rest: Any, **_named: Any) -> Call | None:
    return _whole(x) if x.requires_grad else None


def _convolution(
    function: Function, x: Tensor, weight: Tensor, bias: Tensor | None = None, *rest: Any, **named: Any
) -> Call | None:
    del bias  # the z+ rule knows none

    def share(relevance: Tensor, inputs: Sequence[Tensor], merged: Merged | None) -> tuple[Tensor]:
        return (
            convolved(
                lambda part, w: function(part, w, None, *rest, **named), inputs[0], weight, relevance, merged
            ),
        )

    return Call((x,), share, keeps=True, merges=True) if x.requires_grad else None


def _linear(function: Function, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Call | None:
    def share(relevance: Tensor, inputs: Sequence[Tensor], merged: Merged | None) -> tuple[Tensor]:
        return (by_value(lambda part: function(part, weight, bias), inputs[0], relevance, merged),)

    return Call((x,), share, keeps=True, merges=x.dim() == 2) if x.requires_grad else None


def _average(function: Function, x: Tensor, *rest: Any, **named: Any) -> Call | None:
    def share(relevance: Tensor, inputs: Sequence[Tensor], _merged: Merged | None) -> tuple[Tensor]:
        parts = [(lambda part: function(part, *rest, **named), floored(inputs[0]))]
        return (by_excitation(parts, relevance)[0],)

    return Call((x,), share, keeps=True) if x.requires_grad else None


def _batch_norm(  # noqa: PLR0913 (they are those of F.batch_norm)
    _function: Function,
    x: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Call | None:
    """Merged into the layer right before it, if that can be; all relevance goes to its one input anyway."""
    del momentum
    before = _before(x)
    if training or running_mean is None or running_var is None or not getattr(before, "merges", False):
        return _elementwise(_function, x)

    def share(relevance: Tensor, _inputs: Sequence[Tensor], _merged: Merged | None) -> tuple[Tensor]:
        scale = torch.rsqrt(running_var + eps) * (1 if weight is None else weight)
        before.merged = Merged(scale, (0 if bias is None else bias) - running_mean * scale)
        return (relevance,)

    return Call((x,), share)


def _before(x: Tensor) -> Any:
    """What made x, in the graph, whoever looked at a clone of it on the way."""
    node: Any = x.grad_fn
    while node is not None and node.name() == "CloneBackward0":
        node = node.next_functions[0][0]
    return node


def _sum(_function: Function, x: Any, other: Any, alpha: float = 1) -> Call | None:
    """A constant summand is a bias and gets nothing; two that depend on the picture share by what they add."""
    pair = _dependent(x, other)
    if len(pair) != 2:
        return _whole(pair[0]) if pair else None
    first = first_share(x.detach(), other.detach() * alpha)
    shapes = x.shape, other.shape

    def share(relevance: Tensor, _inputs: Sequence[Tensor], _merged: Merged | None) -> tuple[Tensor, Tensor]:
        mine = relevance * first
        return mine.sum_to_size(shapes[0]), (relevance - mine).sum_to_size(shapes[1])

    return Call((x, other), share)


def _difference(function: Function, x: Any, other: Any, alpha: float = 1) -> Call | None:
    return _sum(function, x, other, -alpha)


def _product(_function: Function, x: Any, other: Any) -> Call | None:
    """A factor that is spread over the other is a gate and gets nothing; two of one shape get half each."""
    pair = _dependent(x, other)
    if len(pair) == 2 and x.shape == other.shape:
        return Call((x, other), lambda relevance, _inputs, _merged: (relevance / 2, relevance / 2))
    return _whole(max(pair, key=Tensor.numel)) if pair else None


def _quotient(_function: Function, x: Any, other: Any, **_named: Any) -> Call | None:
    """The divisor gets nothing, unless it alone depends on the picture."""
    pair = _dependent(x, other)
    return _whole(pair[0]) if pair else None


def _dependent(*values: Any) -> list[Tensor]:
    return [value for value in values if isinstance(value, Tensor) and value.requires_grad]


def _all(reader: Reader, names: str) -> dict[str, Reader]:
    return dict.fromkeys(names.split(), reader)


READERS: dict[str, Reader] = {
    **_all(_convolution, "conv1d conv2d conv3d"),
    "linear": _linear,
    "batch_norm": _batch_norm,
    **_all(_average, "avg_pool1d avg_pool2d avg_pool3d mean sum interpolate upsample"),
    **_all(_average, "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d"),
    **_all(_sum, "add __add__ __radd__ __iadd__"),
    **_all(_difference, "sub subtract __sub__ __isub__"),
    **_all(_product, "mul multiply __mul__ __rmul__ __imul__"),
    **_all(_quotient, "div divide true_divide __truediv__ __itruediv__"),
    **_all(
        _elementwise,
        "relu relu6 hardtanh threshold clamp clamp_min clamp_max clip leaky_relu prelu rrelu elu",
    ),
    **_all(
        _elementwise,
        "selu celu gelu silu mish hardswish hardsigmoid softplus softsign sigmoid logsigmoid tanh",
    ),
    **_all(
        _elementwise, "softmax log_softmax layer_norm group_norm instance_norm local_response_norm normalize"
    ),
    **_all(_elementwise, "neg __neg__ abs pow square sqrt rsqrt exp log __rsub__ __rdiv__ reciprocal"),
}
_MOVING = """
__get__ __getitem__ __setitem__ clone contiguous copy to type type_as float double half bfloat16 requires_grad
as_tensor repeat repeat_interleave tile ravel
view view_as reshape reshape_as flatten unflatten squeeze unsqueeze permute transpose t swapaxes movedim moveaxis
cat concat concatenate stack hstack vstack split split_with_sizes chunk tensor_split unbind narrow select
index_select gather expand expand_as roll flip rot90 pad unfold where masked_fill sort topk max amax maximum
max_pool1d max_pool2d max_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d
dropout dropout1d dropout2d dropout3d feature_dropout alpha_dropout
pixel_shuffle pixel_unshuffle channel_shuffle
"""
MOVING = frozenset(_MOVING.split())


def plain_name(function: Function) -> str:
    """A function's name without the underscores of its in-place and inner forms."""
    name: str = getattr(function, "__name__", str(function))
    return name if name.endswith("__") else name.strip("_")
