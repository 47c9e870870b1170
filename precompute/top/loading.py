"""Images decoded in worker processes: file -> the bytes that the network's preprocessing makes of it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from deepvis_app.messages import U8
from deepvis_app.models.preprocess import Preprocess
from deepvis_app.render.pictures import PictureError, decode_picture
from precompute.datasets import DIGEST, ImageSet, digest_of
from precompute.errors import CommandError

_FEW = 256  # images for which starting processes takes longer than decoding
_MOST_WORKERS = 16


@dataclass(frozen=True)
class Batch:
    """`pixels` (N, h, w, 3) uint8 of the images that could be read, whose numbers are `indices`.

    For all images of the batch, first to last: `digests`, DIGEST bytes each, zeros for one that could not be
    read. `problems` are the sentences about those.
    """

    first: int
    digests: bytes
    indices: tuple[int, ...]
    pixels: Tensor
    problems: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.digests) // DIGEST


Loaded = tuple[bytes, tuple[int, ...], Tensor, tuple[str, ...]]  # what `_collate` makes


class _Decoder(Dataset[tuple[int, bytes, U8 | str]]):
    """Item i: (i, digest, pixels, or the sentence that says why there are none). Runs in the workers."""

    def __init__(self, images: ImageSet, preprocess: Preprocess) -> None:
        self._images, self._preprocess = images, preprocess

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: int) -> tuple[int, bytes, U8 | str]:
        name = self._images.names[index]
        try:
            data = self._images.read(index)
            return index, digest_of(data), self._preprocess.pixels(decode_picture(data, name))
        except PictureError as error:
            return index, bytes(DIGEST), str(error)
        except OSError as error:
            return index, bytes(DIGEST), f"{name} cannot be read: {error.strerror or error}."


def batches(
    images: ImageSet,
    preprocess: Preprocess,
    start: int,
    size: int,
    workers: int | None = None,
    *,
    pinned: bool = False,
) -> Iterator[Batch]:
    """All images from number `start` on, in order; `pinned` memory crosses to a GPU faster."""
    left = range(start, len(images))
    processes = worker_count(len(left)) if workers is None else workers
    loader: DataLoader[tuple[int, bytes, U8 | str]] = DataLoader(
        _Decoder(images, preprocess),
        batch_size=size,
        sampler=left,
        num_workers=processes,
        collate_fn=_collate,
        pin_memory=pinned,
        worker_init_fn=_ignore_ctrl_c,
        multiprocessing_context=_context() if processes else None,
    )
    for digests, indices, pixels, problems in _while_workers_live(loader):
        yield Batch(start, digests, indices, pixels, problems)
        start += len(digests) // DIGEST


def _while_workers_live(loader: Iterable[Loaded]) -> Iterator[Loaded]:
    """Raises CommandError when the system has ended a decoding process."""
    try:
        yield from loader
    except (RuntimeError, ConnectionError, EOFError) as error:
        # torch has no type of its own for it; the others are a broken pipe from the process
        if isinstance(error, RuntimeError) and "DataLoader worker (pid" not in str(error):
            raise
        raise CommandError(
            "A process that decodes images was ended by the system, mostly for want of memory: run the same command "
            "again with --workers 0, or close other programs."
        ) from error


def worker_count(images: int) -> int:
    """How many processes decode: none for few images, else one for each core that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 0 if images < _FEW else min(cores, _MOST_WORKERS)


def _context() -> multiprocessing.context.BaseContext:
    """Workers that are no copies of this process: it holds an open atlas and, maybe, a GPU."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # torch is imported once, not in every worker
    return context


def _collate(
    items: Sequence[tuple[int, bytes, U8 | str]],
) -> Loaded:
    """In the worker: one tensor, which crosses to this process through shared memory."""
    good = [(index, pixels) for index, _, pixels in items if not isinstance(pixels, str)]
    stacked = torch.stack([torch.from_numpy(pixels) for _, pixels in good]) if good else torch.empty(0)
    problems = tuple(pixels for _, _, pixels in items if isinstance(pixels, str))
    return b"".join(digest for _, digest, _ in items), tuple(index for index, _ in good), stacked, problems


def _ignore_ctrl_c(_worker: int) -> None:
    """The terminal sends it to all; the job itself ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
