"""Seeded random weights: what the architecture alone does, and a network to test with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.overrides import TorchFunctionMode

SEED = 0


def randomise(net: nn.Module, input_shape: tuple[int, int, int], seed: int = SEED) -> None:
    """Draw all weights anew and let every batch norm take the statistics of noise; the net ends in eval mode.

    Modules draw as their own `reset_parameters` says, convolutions and linear layers as He et al. (2015), so
    that signals neither die nor explode on the way down. `input_shape` is (C, H, W).
    """
    with seeded(seed):
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


@contextmanager
def seeded(seed: int = SEED) -> Iterator[None]:
    """Random numbers of the CPU come from `seed` inside; afterwards they go on as if nothing had been drawn."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


class Undrawn(TorchFunctionMode):
    """`with Undrawn(): build()` makes modules whose weights are on the meta device: no memory, no drawing.

    The weights are then to be assigned from a file. Only `torch.empty`, which all of torch's modules make
    their weights with, is turned; what a constructor computes with numbers works as always.
    """

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is torch.empty:
            kwargs = {**(kwargs or {}), "device": "meta"}
        return func(*args, **(kwargs or {}))


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
