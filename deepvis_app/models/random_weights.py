"""Seeded random weights: what the architecture alone does, and a network to test with."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

SEED = 0


def randomise(net: nn.Module, input_shape: tuple[int, int, int], seed: int = SEED) -> None:
    """Draw all weights anew and let every batch norm take the statistics of noise; the net ends in eval mode.

    Modules draw as their own `reset_parameters` says, convolutions and linear layers as He et al. (2015), so
    that signals neither die nor explode on the way down. `input_shape` is (C, H, W).
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for module in net.modules():
            reset = getattr(module, "reset_parameters", None)
            if callable(reset):
                reset()
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        _calibrate(net, torch.randn(2, *input_shape))
    net.eval()


@torch.no_grad()
def _calibrate(net: nn.Module, noise: torch.Tensor) -> None:
    """One pass in which only the batch norms train, with statistics of this batch instead of a running mean."""
    norms = [module for module in net.eval().modules() if isinstance(module, _BatchNorm)]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.train().momentum = 1.0
    net(noise)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.eval().momentum = momentum
