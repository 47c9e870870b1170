"""The rule mode whose backward signal is relevance: every call hands down what it got, by its kind's rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from deepvis_app.attribution.calls import RECTIFIERS
from deepvis_app.attribution.lrp_calls import MOVING, READERS, Call, plain_name
from deepvis_app.attribution.rules import RuleMode, gradient


class RelevanceMode(RuleMode):
    """While entered, in this thread, calls that depend on the input hand relevance down in the backward pass.

    Afterwards `without_rule` names the calls that have no rule and hand down relevance times their plain gradient.
    """

    def __init__(self) -> None:
        super().__init__(gradient)  # never asked: the rectifiers are among the calls that hand all down

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if "input" in kwargs:
            args, kwargs = (kwargs["input"], *args), {k: v for k, v in kwargs.items() if k != "input"}
        name = plain_name(func)
        call = READERS[name](func, *args, **kwargs) if name in READERS else None
        if call is not None:
            self.rectifiers += func in RECTIFIERS
            self.intercepted += func in RECTIFIERS
            return _Relay.apply(call, lambda: func(*args, **kwargs), *call.inputs)
        output = func(*args, **kwargs)
        if name not in MOVING and _depends(output):
            self.without_rule[name] += 1
        return output


def _depends(output: Any) -> bool:
    items = output if isinstance(output, (tuple, list)) else (output,)
    return any(isinstance(item, Tensor) and item.requires_grad for item in items)


class _Relay(torch.autograd.Function):
    """The call as it is, whose backward pass shares what comes from above. An in-place call stays in place."""

    @staticmethod
    def forward(ctx: Any, call: Call, compute: Callable[[], Tensor], *inputs: Tensor) -> Tensor:
        output = compute()
        if output is inputs[0]:
            ctx.mark_dirty(output)
        if call.keeps:
            ctx.save_for_backward(*inputs)
        ctx.share, ctx.merges, ctx.merged = call.share, call.merges, None
        return output

    @staticmethod
    def backward(ctx: Any, *signals: Tensor) -> tuple[Tensor | None, ...]:
        merged, ctx.merged = ctx.merged, None  # a batch norm sets it anew in every pass that comes through it
        return None, None, *ctx.share(signals[0], ctx.saved_tensors, merged)
