"""Folding: a batch norm behind a convolution is put into its weights, which saves a pass over the maps each way."""

from __future__ import annotations

from dataclasses import replace

from torch.nn import functional as F

from precompute.synthesis.tape import Call, Tape, Value


def folded(tape: Tape) -> Tape:
    """The tape with every batch norm in eval mode that alone reads a convolution replaced by one convolution.

    w' = w * gamma / sqrt(variance + eps), b' = (b - mean) * gamma / sqrt(variance + eps) + beta.
    """
    own = tape.own()
    calls = list(tape.calls)
    for index, call in enumerate(calls):
        source = call.inputs[0] if call.inputs else 0
        if call.name == "batch_norm" and source in own and calls[source - 1].name == "conv2d":
            calls[index] = _joined(calls[source - 1], call) or call
    return replace(tape, calls=tuple(calls))


def _joined(conv: Call, norm: Call) -> Call | None:
    mean, variance = norm.arg(1, "running_mean"), norm.arg(2, "running_var")
    if norm.arg(5, "training", False) or mean is None or isinstance(conv.arg(1, "weight"), Value):
        return None
    scale = (variance + norm.arg(7, "eps", 1e-5)).rsqrt()
    if (gamma := norm.arg(3, "weight")) is not None:
        scale = scale * gamma
    shift = -mean * scale
    if (bias := conv.arg(2, "bias")) is not None:
        shift = shift + bias * scale
    if (beta := norm.arg(4, "bias")) is not None:
        shift = shift + beta
    weight = conv.arg(1, "weight") * scale.view(-1, 1, 1, 1)
    rest = (conv.arg(3, "stride", 1), conv.arg(4, "padding", 0), conv.arg(5, "dilation", 1))
    args = (conv.arg(0, "input"), weight, shift, *rest, conv.arg(6, "groups", 1))
    return Call(F.conv2d, args, {}, norm.shape)
