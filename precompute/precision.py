"""Whether a device gains from bfloat16: measured, since processors that know it may still be slower with it."""

from __future__ import annotations

import time
from functools import cache

import torch
from torch.nn import functional as F

_GAIN = 0.9  # of the time in float32, from which on it is worth its rounding
_TIMES = 3
_SHAPE, _KERNEL = (8, 64, 32, 32), (64, 64, 3, 3)  # some 1.8 GFLOP there and back


@cache
def half_is_fast(device: torch.device) -> bool:
    """Whether the device computes clearly faster in bfloat16. On a CPU it is measured, once in a process.

    Two cores of an AMD EPYC with AVX-512 BF16 take half the time; two of an Intel Xeon whose AMX is hidden by its
    virtual machine say that they know bfloat16, and take 1.75 times as long.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    if device.type != "cpu":
        return False
    dice = torch.Generator().manual_seed(0)
    maps = torch.randn(_SHAPE, generator=dice).contiguous(memory_format=torch.channels_last)
    kernel = torch.randn(_KERNEL, generator=dice).contiguous(memory_format=torch.channels_last)
    times = {half: min(_seconds(maps, kernel, half) for _ in range(_TIMES)) for half in (False, True)}
    return times[True] < _GAIN * times[False]


def half_where_fast(device: torch.device) -> torch.autocast:
    """A context in which networks compute in bfloat16, where that is faster."""
    return torch.autocast(device.type, torch.bfloat16, enabled=half_is_fast(device))


def _seconds(maps: torch.Tensor, kernel: torch.Tensor, half: bool) -> float:
    """Of the processor for one convolution, there and back to the maps: what it waited for others does not count.

    Two processes of a busy machine would otherwise not agree, and paint differently.
    """
    begun = time.process_time()
    with torch.enable_grad(), torch.autocast("cpu", torch.bfloat16, enabled=half):
        source = maps.detach().requires_grad_()
        found = F.conv2d(source, kernel, padding=1)
    torch.autograd.grad(found, source, torch.ones_like(found))
    return time.process_time() - begun
