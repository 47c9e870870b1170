"""The pictures a generator learns from: any folder or zip, decoded once to bytes, some of them held out."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from deepvis_app.files import atomic_write, cache_folder
from deepvis_app.messages import U8
from deepvis_app.render.pictures import PictureError, decode_picture
from precompute.datasets import DataError, ImageSet, content_hash, digest_of
from precompute.photographs import image_set
from precompute.progress import Progress

HELD_OUT = 20  # one picture in so many, where the set has no validation pictures of its own
FEWEST = 2  # training pictures
BLOCK = 256  # files in memory at a time


@dataclass(frozen=True)
class Pictures:
    """Training and held-out pictures (N, 3, size, size), uint8 RGB, each in an order that says nothing."""

    train: torch.Tensor
    held_out: torch.Tensor
    name: str
    content_sha256: str


def load_pictures(path: Path, size: int, progress: Progress, *, cache: Path | None = None) -> Pictures:
    """Read, cut to a centred square and scale all pictures; the second time they come from the cache folder.

    `path` is what `--images` takes: a folder, a zip, a folder in a zip, or the word for the built-in photographs.
    Sets with folders `train` and `val` keep that division; of others every twentieth is held out. Pictures that
    cannot be read are left out, and it is said how many. Raises DataError when fewer than two remain.
    """
    images = image_set(path)
    folder = cache or cache_folder() / "generators"
    named = folder / f"{images.signature()[:16]}-{size}.npz"
    train, held_out = _divided(images)
    if not named.is_file():
        _decode_all(images, [*train, *held_out], size, named, progress)
    facts = np.load(named, allow_pickle=False)
    good, digest = facts["good"], str(facts["digest"])
    # Copy on write: the system's page cache holds the bytes, and torch is given memory it could write to.
    array = torch.from_numpy(np.load(named.with_suffix(".npy"), mmap_mode="c"))
    kept_train = int(good[: len(train)].sum())
    if kept_train < FEWEST or kept_train == len(array):
        raise DataError(f"{path} has {len(array)} readable pictures; a generator needs more.")
    return Pictures(array[:kept_train], array[kept_train:], path.name, digest)


def _divided(images: ImageSet) -> tuple[list[int], list[int]]:
    """Indices of training and held-out pictures, each shuffled alike every time."""
    parts = [Path(name).parts for name in images.names]
    train = [i for i, part in enumerate(parts) if "train" in part]
    held_out = [i for i, part in enumerate(parts) if "val" in part and "train" not in part]
    if not train or not held_out:
        everything = list(range(len(images)))
        random.Random(0).shuffle(everything)
        few = max(len(everything) // HELD_OUT, 1)
        return everything[few:], everything[:few]
    random.Random(0).shuffle(train)
    random.Random(0).shuffle(held_out)
    return train, held_out


def _decode_all(images: ImageSet, order: list[int], size: int, named: Path, progress: Progress) -> None:
    """Write the decoded pictures that could be read, which those are, and the hash of all files."""
    progress.start(len(order), "pictures", "decoding")
    good = np.zeros(len(order), bool)
    digests: dict[int, bytes] = {}
    named.parent.mkdir(parents=True, exist_ok=True)
    partial = named.with_suffix(".part.npy")
    array = np.lib.format.open_memmap(partial, mode="w+", dtype=np.uint8, shape=(len(order), 3, size, size))
    kept = 0
    for at, (digest, picture) in enumerate(_decoded(images, order, size)):
        digests[order[at]] = digest
        if picture is not None:
            array[kept] = picture.transpose(2, 0, 1)
            good[at] = True
            kept += 1
        progress.advance()
    array.flush()
    if kept < len(order):
        progress.note(f"{len(order) - kept} of {len(order)} pictures cannot be read and are left out.")
        np.save(partial, array[:kept].copy())
    partial.replace(named.with_suffix(".npy"))
    files = sorted(digests)
    whole = content_hash([images.names[i] for i in files], b"".join(digests[i] for i in files))
    with atomic_write(named) as file:
        np.savez(file, good=good, digest=np.array(whole))


def _decoded(images: ImageSet, order: list[int], size: int) -> Iterator[tuple[bytes, U8 | None]]:
    """Digest and picture (size, size, 3) of each, None for what cannot be read.

    Reading a zip is not thread-safe, decoding is: this thread reads, in blocks, and the pool decodes.
    """

    def square(data: bytes, name: str) -> tuple[bytes, U8 | None]:
        try:
            return digest_of(data), centre_square(decode_picture(data, name), size)
        except PictureError:
            return digest_of(data), None

    with ThreadPoolExecutor() as pool:
        for start in range(0, len(order), BLOCK):
            block = order[start : start + BLOCK]
            reads = [_read(images, index) for index in block]
            yield from pool.map(square, reads, [images.names[index] for index in block])


def _read(images: ImageSet, index: int) -> bytes:
    try:
        return images.read(index)
    except OSError:
        return b""


def centre_square(rgb: U8, size: int) -> U8:
    """The largest centred square of (H, W, 3), scaled with antialiasing to (size, size, 3)."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    cut = rgb[top : top + side, left : left + side]
    if side == size:
        return cut
    return np.asarray(Image.fromarray(cut).resize((size, size), Image.Resampling.BICUBIC))


def shifted(pictures: torch.Tensor, most: int, generator: torch.Generator) -> torch.Tensor:
    """Each picture moved by up to `most` pixels each way, mirrored at the border, and flipped or not.

    Index arithmetic only: nothing is resampled, so the pictures stay as sharp as they are. (N, 3, H, W) uint8 ->
    (N, 3, H, W) float32 in 0..1, channels last.
    """
    n, _, height, width = pictures.shape
    rows = _mirrored(torch.arange(height) + _moves(n, most, generator), height)
    columns = _mirrored(torch.arange(width) + _moves(n, most, generator), width)
    flip = torch.rand(n, 1, generator=generator) < 0.5
    columns = torch.where(flip, columns.flip(1), columns)
    picked = pictures.permute(0, 2, 3, 1)[
        torch.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]
    ]
    return picked.permute(0, 3, 1, 2).float().div_(255)


def _moves(n: int, most: int, generator: torch.Generator) -> torch.Tensor:
    return torch.randint(-most, most + 1, (n, 1), generator=generator)


def _mirrored(index: torch.Tensor, length: int) -> torch.Tensor:
    index = index.abs()
    return torch.where(index >= length, 2 * length - 2 - index, index)
