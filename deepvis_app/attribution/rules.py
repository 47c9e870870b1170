"""Backward rules for rectifiers, put in place of every ReLU-type call while a network runs.

With f the rectifier's input and g the signal that arrives from above, the signal handed down is
    gradient   g * [f > 0]
    deconvnet  max(g, 0)                  Zeiler & Fergus 2014, section 2.1
    guided     max(g, 0) * [f > 0]        Springenberg et al. 2015, figure 1
For a rectifier with a ceiling (ReLU6, hardtanh from 0) [f > 0] reads [0 < f < ceiling]; deconvnet looks at no
forward value, so it knows no ceiling either. Max-pooling switches are autograd's own gradient.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from deepvis_app.attribution.calls import RECTIFIERS, WITHOUT_RULE, Rectifier

Rule = Callable[[Tensor, Tensor, float], Tensor]  # (signal from above, rectifier's output, ceiling) -> signal


def gradient(signal: Tensor, output: Tensor, ceiling: float) -> Tensor:
    """Hand down g * [0 < f < ceiling]; the output lies strictly between the bounds exactly where the input does."""
    if math.isinf(ceiling):
        masked: Tensor = torch.ops.aten.threshold_backward(signal, output, 0)
    else:
        masked = torch.ops.aten.hardtanh_backward(signal, output, 0.0, ceiling)
    return masked


def deconvnet(signal: Tensor, output: Tensor, ceiling: float) -> Tensor:  # noqa: ARG001 (a Rule)
    """Hand down max(g, 0)."""
    return signal.clamp(min=0)


def guided(signal: Tensor, output: Tensor, ceiling: float) -> Tensor:
    """Hand down max(g, 0) * [0 < f < ceiling]."""
    return gradient(signal.clamp(min=0), output, ceiling)


class RuleMode(TorchFunctionMode):
    """While entered, in this thread, ReLU-type calls on tensors that depend on the input follow `rule`.

    Afterwards `rectifiers` says how many such calls ran, `intercepted` how many of them got the rule,
    `applied` how many of those a backward pass has come through since, and `without_rule` which other
    activation functions ran (name -> calls); these keep their plain gradient.
    """

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self.rule = rule
        self.rectifiers = 0
        self.intercepted = 0
        self.applied = 0
        self.without_rule: Counter[str] = Counter()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func in RECTIFIERS:
            call = self._read(func, args, kwargs)
            if call is not None:
                return _Rectify.apply(call.x, call, self)
        elif func in WITHOUT_RULE:
            self.without_rule[WITHOUT_RULE[func]] += 1
        return func(*args, **kwargs)

    def _read(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Rectifier | None:
        """Count the call; returns it where the rule is to take its place."""
        if "input" in kwargs:
            args, kwargs = (kwargs["input"], *args), {k: v for k, v in kwargs.items() if k != "input"}
        if not args[0].requires_grad:
            return None
        name, reader = RECTIFIERS[func]
        call = reader(*args, **kwargs)
        if call is not None:
            self.rectifiers += 1
            self.intercepted += 1
        elif name:
            self.rectifiers += 1
            self.without_rule[name] += 1
        return call


class _Rectify(torch.autograd.Function):
    """min(max(x, 0), ceiling), whose backward pass is the mode's rule.

    An in-place call stays in place, so that a caller who ignores the returned tensor sees the change.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, call: Rectifier, mode: RuleMode) -> Tensor:
        bounded = not math.isinf(call.ceiling)
        if call.in_place:
            output = x.clamp_(0, call.ceiling) if bounded else x.relu_()
            ctx.mark_dirty(output)
        else:
            output = x.clamp(0, call.ceiling) if bounded else x.relu()
        ctx.save_for_backward(output)
        ctx.ceiling, ctx.mode = call.ceiling, mode
        return output

    @staticmethod
    def backward(ctx: Any, *signals: Tensor) -> tuple[Tensor, None, None]:
        (output,) = ctx.saved_tensors
        ctx.mode.applied += 1
        return ctx.mode.rule(signals[0], output, ctx.ceiling), None, None
