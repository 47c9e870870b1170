"""Starts at which a unit's gradient is zero: for their first steps the rectifiers let more of the signal through."""

from __future__ import annotations

import torch
from torch import Tensor

STEPS = 16  # at most so many steps of a picture are rescued


def redirected(signal: Tensor, output: Tensor, ceiling: float) -> Tensor:
    """Hand down g * [0 < f < ceiling or (f = 0 and g > 0)]: a rectifier that is off hands on what would turn it on.

    A rule for `deepvis_app.attribution.rules.RuleMode`; `signal` g is that of a value to be raised.
    """
    blocked = (output <= 0) & (signal <= 0)
    return torch.where(blocked | (output >= ceiling), 0, signal)
