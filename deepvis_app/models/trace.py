"""Trace: follow one forward pass and know of every tensor what its axes mean and what its positions see.

A `TorchFunctionMode` sees every torch call, from modules and from plain functions alike, so branches,
residuals and functional code need no graph of their own. Each tensor carries a `Tag`; the rule of an
operation makes the output's tag from its inputs' tags, once for each call: that is the memo which keeps
ResNet and DenseNet at milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakTensorKeyDictionary

from deepvis_app.models import trace_rules as rules
from deepvis_app.models.receptive_field import Field
from deepvis_app.models.tags import Call, Tag

_NAMES: dict[rules.Rule, str] = {
    rules.elementwise: """
        add sub iadd isub radd rsub neg relu relu6 leaky_relu prelu elu selu celu gelu silu mish hardtanh
        hardswish hardsigmoid sigmoid logsigmoid tanh softplus softsign tanhshrink hardshrink softshrink
        threshold rrelu clamp clamp_min clamp_max clip pow sqrt rsqrt exp expm1 log log1p abs square sign erf
        sin cos maximum minimum where masked_fill lerp nan_to_num gt ge lt le eq ne batch_norm
        group_norm instance_norm local_response_norm dropout dropout2d dropout1d alpha_dropout
        feature_dropout contiguous clone detach to float half double type type_as bfloat16 cpu cuda
        as_tensor""",
    rules.product: "mul imul rmul div truediv idiv itruediv rtruediv multiply divide",
    rules.matmul: "matmul mm bmm rmatmul",
    rules.mixing: """baddbmm addbmm einsum scaled_dot_product_attention multi_head_attention_forward roll flip
        cumsum""",
    rules.reduce: "mean sum amax amin var std logsumexp",
    rules.reshape: "view reshape flatten unflatten squeeze",
    rules.transpose: "transpose swapaxes swapdims",
    rules.permute: "permute",
    rules.unsqueeze: "unsqueeze",
    rules.getitem: "getitem",
    rules.cat: "cat concat concatenate",
    rules.split: "split chunk tensor_split",
    rules.softmax: "softmax log_softmax",
    rules.layer_norm: "layer_norm",
    rules.linear: "linear",
    rules.conv: "conv2d",
    rules.conv_transposed: "conv_transpose2d",
    rules.max_pool: "max_pool2d max_pool2d_with_indices",
    rules.avg_pool: "avg_pool2d",
    rules.lp_pool: "lp_pool2d",
    rules.adaptive_pool: "adaptive_avg_pool2d adaptive_max_pool2d",
    rules.interpolate: "interpolate upsample",
    rules.pad: "pad",
}
# A torch function's name without underscores: relu_, __iadd__ and _pad count as relu, iadd and pad.
RULES: dict[str, rules.Rule] = {name: rule for rule, names in _NAMES.items() for name in names.split()}


class Trace(TorchFunctionMode):
    """`with Trace(x) as trace: net(x)`; then `trace.tag(tensor)` of any tensor that is still alive."""

    def __init__(self, x: torch.Tensor) -> None:
        super().__init__()
        self._tags = WeakTensorKeyDictionary()
        self._tags[x] = Tag("nchw", Field())

    def tag(self, tensor: torch.Tensor) -> Tag | None:
        """None for a tensor that does not depend on the input."""
        found: Tag | None = self._tags.get(tensor)
        return found

    def adopt(self, output: torch.Tensor, inputs: Sequence[Any]) -> None:
        """A module's output that no torch call made known (a custom autograd function) depends on its inputs."""
        tags = tuple(tag for t in _tensors(inputs) if (tag := self.tag(t)) is not None)
        if tags and self.tag(output) is None:
            self._tags[output] = rules.unknown(Call((), {}, output, (), tags))

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        # In-place calls overwrite the tag of their own input, so the inputs' tags are read first.
        tensors = tuple(t for t in _tensors((*args, *kwargs.values())) if self.tag(t) is not None)
        tags = tuple(tag for t in tensors if (tag := self.tag(t)) is not None)
        output = func(*args, **kwargs)
        if tags:
            rule = RULES.get(getattr(func, "__name__", "").strip("_"), rules.unknown)
            for tensor in _tensors((output,)):
                self._tags[tensor] = _tagged(rule, Call(args, kwargs, tensor, tensors, tags))
        return output


def _tagged(rule: rules.Rule, call: Call) -> Tag:
    """The rule's tag; a call in a form that the rule does not understand (NumPy's `axis=`) counts as unknown."""
    try:
        tag = rule(call)
    except (LookupError, TypeError, ValueError):
        return rules.unknown(call)
    return tag if len(tag.axes) == call.output.dim() else rules.unknown(call)


def _tensors(items: Sequence[Any]) -> list[torch.Tensor]:
    """The tensors among the items and in lists of tensors (as `cat` takes)."""
    found: list[torch.Tensor] = []
    for item in items:
        if isinstance(item, torch.Tensor):
            found.append(item)
        elif isinstance(item, (tuple, list)):
            found.extend(part for part in item if isinstance(part, torch.Tensor))
    return found
