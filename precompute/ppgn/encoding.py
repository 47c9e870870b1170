"""The codes of all pictures of a set, made once and kept in the cache folder; broken off, it goes on."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch

from deepvis_app.files import atomic_write, cache_folder
from deepvis_app.models.preprocess import Preprocess
from precompute.datasets import DataError, ImageSet
from precompute.generators.encoder import Encoder
from precompute.progress import Progress
from precompute.stop import Stop
from precompute.top.loading import batches

HELD_OUT = 20  # one code in so many
FEWEST = 40
_AT_ONCE = 64
_SAVE_EVERY = 16  # batches

Halves = np.ndarray[Any, np.dtype[np.float16]]


@dataclass(frozen=True)
class CodeSet:
    """Codes (N, elements) in half precision, in a file that is read where it lies; which rows are held out."""

    codes: Halves
    train: tuple[int, ...]
    held_out: tuple[int, ...]


def encode(
    images: ImageSet, preprocess: Preprocess, encoder: Encoder, progress: Progress, stop: Stop,
    workers: int | None = None,
) -> CodeSet | None:  # fmt: skip
    """The codes of the images as the encoder's network has them; None when it was stopped before the last.

    Pictures that cannot be read are left out, and it is said how many. Every twentieth code, chosen at random but
    alike every time, is held out. Raises DataError when too few remain.
    """
    key = sha256(json.dumps([images.signature(), *encoder.identity()[:2]]).encode()).hexdigest()[:16]
    path = cache_folder() / "priors" / f"codes-{key}.npy"
    shape = (len(images), int(np.prod(encoder.code_shape)))
    state = _state(path, shape)
    if state["next"] < len(images):
        file = _opened(path, shape, new=not state["next"])
        progress.start(len(images), "pictures", "encoding", state["next"])
        if not _encode_rest(file, state, path, (images, preprocess, encoder), (progress, stop, workers)):
            return None
    if state["rows"] < len(images):
        progress.note(
            f"{len(images) - state['rows']} of {len(images)} pictures cannot be read and are left out."
        )
    if state["rows"] < FEWEST:
        raise DataError(
            f"{images.path} has {state['rows']} readable pictures; a prior needs {FEWEST} or more."
        )
    order = list(range(state["rows"]))
    random.Random(0).shuffle(order)
    few = len(order) // HELD_OUT
    return CodeSet(np.load(path, mmap_mode="r")[: state["rows"]], tuple(order[few:]), tuple(order[:few]))


def _encode_rest(
    file: Halves,
    state: dict[str, int],
    path: Path,
    what: tuple[ImageSet, Preprocess, Encoder],
    how: tuple[Progress, Stop, int | None],
) -> bool:
    """Fill in what is missing and keep `state` up to date; whether it came to the end."""
    (images, preprocess, encoder), (progress, stop, workers) = what, how
    for number, batch in enumerate(batches(images, preprocess, state["next"], _AT_ONCE, workers)):
        if len(batch.pixels):
            pixels = batch.pixels.permute(0, 3, 1, 2).to(encoder.device).float() / 255
            with torch.no_grad():
                codes = encoder(pixels).code.flatten(1).float().cpu().numpy()
            file[state["rows"] : state["rows"] + len(codes)] = codes
        state["next"] += len(batch)
        state["rows"] += len(batch.indices)
        progress.advance(len(batch))
        stopped = stop.wait()
        if stopped or number % _SAVE_EVERY == 0 or state["next"] == len(images):
            _save(file, state, path)
        if stopped:
            return state["next"] == len(images)
    return True


def _state(path: Path, shape: tuple[int, ...]) -> dict[str, int]:
    """How many pictures were read, and how many codes they gave; none where anything is damaged."""
    try:
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if np.load(path, mmap_mode="r").shape == shape:
            return {"next": int(told["next"]), "rows": int(told["rows"])}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return {"next": 0, "rows": 0}


def _opened(path: Path, shape: tuple[int, ...], *, new: bool) -> Halves:
    path.parent.mkdir(parents=True, exist_ok=True)
    if new:
        return np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=shape)
    found: Halves = np.load(path, mmap_mode="r+")
    return found


def _save(file: Halves, state: dict[str, int], path: Path) -> None:
    """The codes first: a record of codes that are not there would be worse than none."""
    if isinstance(file, np.memmap):
        file.flush()
    with atomic_write(path.with_suffix(".json")) as record:
        record.write(json.dumps(state).encode())
