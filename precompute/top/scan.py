"""One pass over all images that feeds all layers; it saves itself about once a minute and goes on from there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from deepvis_app.messages import LayerInfo
from deepvis_app.models import LoadedModel
from precompute.datasets import DIGEST, ImageSet
from precompute.progress import Progress
from precompute.runner import out_of_memory
from precompute.stop import Stop
from precompute.top.loading import Batch, batches
from precompute.top.maxima import MaximaWatch
from precompute.top.state import ScanState, load, save, scan_key
from precompute.top.tally import Tally, buffered_images

SAVED_EVERY_S = 45.0
_BATCH_BYTES = 1 << 30  # of a batch's largest activation and what comes with it, about


@dataclass(frozen=True)
class Scanned:
    """A finished or stopped scan."""

    state: ScanState
    finished: bool


def scanned_layers(model: LoadedModel) -> tuple[LayerInfo, ...]:
    """All layers with pictures of their own: one pass serves them all, whichever are wanted now."""
    return tuple(layer for layer in model.info.layers if layer.units and not layer.pictures_of)


def scan(
    model: LoadedModel,
    images: ImageSet,
    n: int,
    progress: Progress,
    stop: Stop,
    batch: int | None = None,
    workers: int | None = None,
) -> Scanned:
    """Every unit's n best images and its statistics; what an earlier scan of the same files found is taken over.

    Files that cannot be read and files with the same content as an earlier one are left out, counted and named.
    """
    layers = scanned_layers(model)
    units = sum(layer.units for layer in layers)
    home = tally_device(model)
    key = scan_key(model, layers, images, n)
    state = load(key, units, n, home) or ScanState(Tally.empty(units, n, home))
    if state.next == len(images):
        return Scanned(state, finished=True)
    progress.start(len(images), "images", f"scanning {images.path.name}", state.next)
    size = batch or batch_size(model)
    with MaximaWatch(model.net, layers) as watch, MaximaBuffer(state, home, buffered_images(units)) as buffer:
        passes = Passes(watch, model, progress)
        seen = {state.digest(image) for image in range(state.next)}
        saved_at = time.monotonic()
        pinned = model.device.type == "cuda"
        for loaded in batches(images, model.preprocess, state.next, size, workers, pinned=pinned):
            new, pixels = _without_duplicates(loaded, seen, images, state, progress)
            if len(new):
                buffer.put(passes.maxima(pixels), new)
            state.next += len(loaded)
            state.digests += loaded.digests
            progress.advance(len(loaded), images.names[state.next - 1])
            if stop.wait():
                break
            if time.monotonic() - saved_at > SAVED_EVERY_S:
                buffer.flush()
                save(state, key)
                saved_at = time.monotonic()
        buffer.flush()
        save(state, key)
    return Scanned(state, finished=state.next == len(images))


class Passes:
    """Forward passes of batches; once the memory does not suffice, in smaller pieces from then on, and it says so."""

    def __init__(self, watch: MaximaWatch, model: LoadedModel, progress: Progress | None = None) -> None:
        self._watch, self._model, self._progress = watch, model, progress
        self._most: int | None = None

    def maxima(self, pixels: Tensor) -> Tensor:
        """(N, units) of the pixels (N, h, w, 3) uint8."""
        if self._most is not None and len(pixels) > self._most:
            return torch.cat([self.maxima(part) for part in pixels.split(self._most)])
        try:
            x = pixels.to(self._model.device, non_blocking=True).permute(0, 3, 1, 2).float()
            return self._watch.run(self._model.preprocess.normalise(x))
        except (RuntimeError, MemoryError) as error:
            if len(pixels) < 2 or not out_of_memory(error):
                raise
        self._most = len(pixels) // 2
        if self._progress is not None:
            self._progress.note(
                f"Not enough memory for {len(pixels)} images at once: {self._most} from now on."
            )
        if self._model.device.type == "cuda":
            torch.cuda.empty_cache()
        return self.maxima(pixels)


def batch_size(model: LoadedModel) -> int:
    """Images at once: as many as fit into about a gigabyte, in 1..256 (fewer on the CPU, whose caches are small)."""
    largest = max(layer.units * layer.map_shape[0] * layer.map_shape[1] for layer in model.info.layers)
    most = 64 if model.device.type == "cpu" else 256
    return max(1, min(most, _BATCH_BYTES // (largest * 4 * 8)))


def tally_device(model: LoadedModel) -> torch.device:
    """The model's own; not Apple's, which knows no 64-bit floats."""
    return torch.device("cpu") if model.device.type == "mps" else model.device


class MaximaBuffer:
    """Collects the maxima of several batches: to tally many at once costs far less for each."""

    def __init__(self, state: ScanState, device: torch.device, images: int) -> None:
        self._state, self._device, self._images = state, device, images
        self._values: list[Tensor] = []
        self._numbers: list[int] = []

    def __enter__(self) -> MaximaBuffer:
        return self

    def __exit__(self, *_: object) -> None:
        self._values.clear()

    def put(self, values: Tensor, images: Sequence[int]) -> None:
        self._values.append(values.to(self._device))
        self._numbers += images
        if len(self._numbers) >= self._images:
            self.flush()

    def flush(self) -> None:
        if self._values:
            by_unit = torch.cat(self._values).T.contiguous()
            self._state.tally.add(by_unit, torch.tensor(self._numbers, device=self._device))
        self._values, self._numbers = [], []


def _without_duplicates(
    loaded: Batch, seen: set[bytes], images: ImageSet, state: ScanState, progress: Progress
) -> tuple[list[int], Tensor]:
    """The numbers and pixels of what was not seen before; the rest is counted."""
    state.unreadable += len(loaded.problems)
    sentences = list(loaded.problems)
    rows, numbers = [], []
    for row, number in enumerate(loaded.indices):
        place = (number - loaded.first) * DIGEST
        digest = loaded.digests[place : place + DIGEST]
        if digest in seen:
            state.duplicates += 1
            sentences.append(f"{images.names[number]} has the same content as an earlier file.")
        else:
            seen.add(digest)
            rows.append(row)
            numbers.append(number)
    for sentence in sentences:
        if state.name(sentence):
            progress.note(f"Skipped: {sentence}")
    return numbers, loaded.pixels if len(rows) == len(loaded.indices) else loaded.pixels[rows]
