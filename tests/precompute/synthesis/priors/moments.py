"""Moments and pictures for the tests of single priors."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from precompute.synthesis.dice import Dice
from precompute.synthesis.priors import Moment


def moment(index: int = 0, steps: int = 11, scale: float = 1.0, room: float = 1.0, **more: Any) -> Moment:
    """Of three pictures with seeds of their own."""
    return Moment(index, steps, scale, Dice([0, 1, 2]).uniform, room, **more)


def pictures(height: int = 9, width: int = 12, seed: int = 0) -> Tensor:
    """Three of them, as deviations."""
    return torch.randn(3, 3, height, width, generator=torch.Generator().manual_seed(seed)) * 0.1
