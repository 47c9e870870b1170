"""The scan for the best images of all layers against the bare forward pass, both on decoded images."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch

from benchmarks.rows import Row
from benchmarks.steps import MODELS, load
from deepvis_app.models import LoadedModel
from precompute.memory import keep_freed_memory
from precompute.top.maxima import MaximaWatch
from precompute.top.scan import MaximaBuffer, Passes, batch_size, scanned_layers, tally_device
from precompute.top.state import ScanState
from precompute.top.tally import Tally, buffered_images

TARGET = 1 / 0.85  # of the bare pass's time, for 0.85 of its throughput
ROUNDS = 5
N = 9


@dataclass
class _Clock:
    """Seconds spent in each of two ways, which take turns, so that both see the same machine."""

    device: torch.device
    ours: float = 0.0
    bare: float = 0.0

    def timed(self, work: Callable[[], object]) -> float:
        started = time.perf_counter()
        work()
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - started


def rows(device: str, share: float = 1.0) -> list[Row]:
    """A row for each model: rounds that each end with the tallying of a full buffer; `share` of the usual number."""
    keep_freed_memory()  # as the command does
    rounds = max(round(ROUNDS * share), 1)
    return [_row(name, load(name, device), rounds) for name in MODELS]


def _row(name: str, model: LoadedModel, rounds: int) -> Row:
    layers = scanned_layers(model)
    units, size, home = sum(layer.units for layer in layers), batch_size(model), tally_device(model)
    state, clock = ScanState(Tally.empty(units, N, home)), _Clock(model.device)
    batches = max(1, -(-buffered_images(units) // size))
    with MaximaBuffer(state, home, batches * size) as buffer:
        for number in range(1 + rounds * batches):
            pixels = torch.randint(0, 256, (size, *model.info.input_size, 3), dtype=torch.uint8)
            images = range(number * size, (number + 1) * size)
            with MaximaWatch(model.net, layers) as watch:
                ours = clock.timed(partial(_scan, watch, model, pixels, buffer, images))
            bare = clock.timed(partial(_forward, model, pixels))
            if number:  # the first one warms up
                clock.ours, clock.bare = clock.ours + ours, clock.bare + bare
    seen = rounds * batches * size
    rates = f"{seen / clock.ours:.0f} / {seen / clock.bare:.0f} images/s on {model.info.device}"
    what = f"{name}: top-{N} scan of all {len(layers)} layers / bare forward"
    return Row(what, clock.ours / clock.bare, TARGET, "x", f"{rates}; {units} units")


def _scan(
    watch: MaximaWatch, model: LoadedModel, pixels: torch.Tensor, buffer: MaximaBuffer, images: range
) -> None:
    buffer.put(Passes(watch, model).maxima(pixels), images)


def _forward(model: LoadedModel, pixels: torch.Tensor) -> None:
    x = pixels.to(model.device, non_blocking=True).permute(0, 3, 1, 2).float()
    with torch.inference_mode():
        model.net(model.preprocess.normalise(x))
