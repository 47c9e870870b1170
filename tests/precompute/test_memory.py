"""Setting the allocator, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
import resource, torch
from precompute.memory import keep_freed_memory
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(4):
        torch.zeros(10_000_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
plain = faults()
assert keep_freed_memory()
for _ in range(8):  # until the heap has grown to what is needed
    faults()
print(plain, faults())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mallopt is glibc's")
def test_freed_memory_is_used_again_without_page_faults() -> None:
    run = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=100
    )
    plain, kept = map(int, run.stdout.split())
    assert kept < plain / 10


HELD_BY_A_CYCLE = """
import gc, re, torch
from pathlib import Path
from precompute.memory import give_back, keep_freed_memory
def megabytes():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
class Holder: pass
assert keep_freed_memory()
gc.disable()  # as if it had lived for some time
before = megabytes()
for _ in range(5):
    holder = Holder()
    holder.own, holder.tensor = holder, torch.zeros(10_000_000)
del holder
held = megabytes()
give_back()
print(held - before, megabytes() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="malloc_trim is glibc's")
def test_what_only_cycles_hold_goes_back_to_the_system() -> None:
    run = subprocess.run(
        [sys.executable, "-c", HELD_BY_A_CYCLE], capture_output=True, text=True, check=True, timeout=100
    )
    held, left = map(float, run.stdout.split())
    assert held > 150
    assert left < 20
