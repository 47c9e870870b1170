"""Which precision is faster is measured, whatever else the machine does."""

from __future__ import annotations

import time
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from precompute import precision


def test_what_it_waits_for_others_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    conv2d = F.conv2d

    def held_up(*args: Any, **kwargs: Any) -> Tensor:
        time.sleep(0.3)
        return conv2d(*args, **kwargs)

    monkeypatch.setattr(F, "conv2d", held_up)
    maps, kernel = torch.zeros(1, 4, 8, 8), torch.zeros(4, 4, 3, 3)
    precision._seconds(maps, kernel, half=False)  # the first call prepares
    assert precision._seconds(maps, kernel, half=False) < 0.3


@pytest.mark.parametrize(("half", "fast"), [(0.5, True), (0.95, False), (1.6, False)])
def test_only_a_clear_gain_counts(monkeypatch: pytest.MonkeyPatch, half: float, fast: bool) -> None:
    monkeypatch.setattr(precision, "_seconds", lambda _maps, _kernel, in_half: half if in_half else 1.0)
    assert precision.half_is_fast.__wrapped__(torch.device("cpu")) is fast
