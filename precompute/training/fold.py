"""Batch norm folded away: the same function as plain convolutions, linear layers and ReLUs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from deepvis_app.models.nets.caffenet64 import CaffeNet64
from precompute.errors import CommandError


class FoldingError(CommandError):
    """Folded and unfolded network disagree; the message gives the largest difference."""


@torch.no_grad()
def fold(trained: CaffeNet64, pictures: torch.Tensor, tolerance: float = 1e-3) -> CaffeNet64:
    """The plain form of a network in training form, checked on `pictures` (N, 3, 64, 64), normalised.

    W' = W * g / sqrt(v + eps) and b' = (b - m) * g / sqrt(v + eps) + beta (Ioffe & Szegedy 2015, Alg. 2, solved
    for an affine layer before it). Raises `FoldingError` when the class probabilities differ by more than
    `tolerance`.
    """
    trained.eval()
    classes = trained.get_submodule("fc8").get_parameter("bias").numel()
    plain = CaffeNet64(classes).eval()
    state: dict[str, torch.Tensor] = {}
    modules = dict(trained.named_children())
    for name, module in modules.items():
        if not isinstance(module, nn.Conv2d | nn.Linear):
            continue
        assert module.bias is not None
        weight, bias = module.weight, module.bias
        norm = modules.get("bn" + name.removeprefix("conv").removeprefix("fc"))
        if isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d):
            assert norm.running_mean is not None
            assert norm.running_var is not None
            gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            weight = weight * gain.view(-1, *[1] * (weight.ndim - 1))
            bias = (bias - norm.running_mean) * gain + norm.bias
        state[f"{name}.weight"], state[f"{name}.bias"] = weight, bias
    plain.load_state_dict(state)
    difference = (trained(pictures).softmax(1) - plain(pictures)).abs().max().item()
    if not difference <= tolerance:
        raise FoldingError(
            f"folded and unfolded network differ by {difference:.2g} (allowed {tolerance:.2g})"
        )
    return plain


@torch.inference_mode()
def dead_units(net: CaffeNet64, pictures: Sequence[torch.Tensor]) -> dict[str, int]:
    """How many units of each convolution are zero after the ReLU at every position of every picture.

    `pictures` are batches (N, 3, 64, 64), normalised.
    """
    alive: dict[str, torch.Tensor] = {}
    for batch in pictures:
        x = batch
        for name, module in net.named_children():
            x = module(x)
            if name.startswith("relu") and x.ndim == 4:
                active = (x > 0).any(3).any(2).any(0)
                layer = name.replace("relu", "conv")
                alive[layer] = alive[layer] | active if layer in alive else active
    return {layer: int((~active).sum()) for layer, active in alive.items()}
