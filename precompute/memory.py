"""The C library's allocator on the CPU: keep freed memory, do not hand it back to the system after every layer."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable

# Names and numbers of <malloc.h>.
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX, _M_ARENA_MAX = -1, -2, -4, -8


def keep_freed_memory() -> bool:
    """Big tensors are then taken from memory that is already mapped; gives whether anything was changed.

    By default glibc maps every block over 32 MB anew and unmaps it when it is freed. The page faults of that cost
    more than the arithmetic: training steps of a 64x64 generator took 3 to 10 times as long, passes of resnet50 over
    32 images twice as long. The price is that
    the process keeps more than the most it ever needed, as blocks of one size do not quite fill the room of others:
    `give_back` now and then, or that grows. Does nothing where the C library is not glibc.
    """
    mallopt = _of_glibc("mallopt")
    if mallopt is None:
        return False
    settings = {_M_MMAP_MAX: 0, _M_TRIM_THRESHOLD: 2**31 - 1, _M_TOP_PAD: 2**28, _M_ARENA_MAX: 1}
    return [mallopt(option, value) for option, value in settings.items()] == [1] * len(settings)


def give_back() -> None:
    """For between two long pieces of work: free what only cycles hold, and hand free memory back to the system.

    Python looks for cycles among what has lived for some time only when there are many more objects, not when those
    few hold gigabytes of tensors. What is handed back costs a page fault for each 4 kB that the next piece needs.
    """
    gc.collect()
    trim = _of_glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    found: Callable[..., int] | None = None
    if sys.platform.startswith("linux"):
        found = getattr(ctypes.CDLL(None), name, None)
    return found
