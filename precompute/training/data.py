"""Tiny ImageNet in memory: the official layout, from a folder or straight from its zip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from deepvis_app.files import cache_folder
from precompute.errors import GivenError

SIDE = 64
PICTURE_ENDINGS = {".jpeg", ".jpg", ".png", ".webp", ".bmp"}


class DatasetError(GivenError):
    """The folder or zip is not a readable Tiny ImageNet; the message says what is missing."""


@dataclass(frozen=True)
class Split:
    """Pictures (N, 3, 64, 64) uint8 RGB and labels (N,) int64, in a fixed order."""

    pictures: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class TinyImageNet:
    train: Split
    val: Split
    wnids: tuple[str, ...]
    names: tuple[str, ...]
    content_sha256: str


class _Tree:
    """The files of a folder or of a zip under one interface; names are relative to the data set's root."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path) if path.is_file() else None
        if self._zip is not None:
            names = [n for n in self._zip.namelist() if not n.endswith("/")]
        else:
            names = [p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file()]
        marker = next((n for n in names if PurePosixPath(n).name == "wnids.txt"), None)
        if marker is None:
            raise DatasetError(f"{path}: no wnids.txt inside, so this is not Tiny ImageNet")
        self._root = marker.removesuffix("wnids.txt")
        self._folder = path
        self.names = sorted(n.removeprefix(self._root) for n in names if n.startswith(self._root))

    def read(self, name: str) -> bytes:
        if self._zip is not None:
            return self._zip.read(self._root + name)
        return (self._folder / self._root / name).read_bytes()

    def lines(self, name: str) -> list[list[str]]:
        """The tab-separated fields of each non-empty line."""
        text = self.read(name).decode()
        return [line.split("\t") for line in text.splitlines() if line.strip()]


def load_tiny_imagenet(path: Path, *, cache: Path | None = None) -> TinyImageNet:
    """Read and decode everything once; later calls take the decoded arrays from the cache folder.

    Raises `DatasetError` when the layout is not Tiny ImageNet's or a picture cannot be read.
    """
    if not path.exists():
        raise DatasetError(f"{path}: no such file or folder")
    try:
        tree = _Tree(path)
    except zipfile.BadZipFile as error:
        raise DatasetError(f"{path}: not a readable zip file ({error})") from error
    digest = _content_hash(tree, path)
    folder = cache or cache_folder() / "tiny-imagenet"
    try:
        wnids = tuple(sorted(fields[0].strip() for fields in tree.lines("wnids.txt")))
        words = {fields[0]: fields[1] for fields in tree.lines("words.txt")}
        names = tuple(words[wnid] for wnid in wnids)
        train, val = _train_items(tree, wnids), _val_items(tree, wnids)
    except (LookupError, FileNotFoundError, UnicodeDecodeError) as error:
        raise DatasetError(
            f"{path}: not the layout of Tiny ImageNet ({error} is missing or wrong)"
        ) from error
    return TinyImageNet(
        train=_split(tree, train, folder / f"{digest[:16]}-train.npy"),
        val=_split(tree, val, folder / f"{digest[:16]}-val.npy"),
        wnids=wnids,
        names=names,
        content_sha256=digest,
    )


def _content_hash(tree: _Tree, path: Path) -> str:
    """The zip's own hash, or for a folder a hash over its names and files."""
    digest = sha256()
    if path.is_file():
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    else:
        for name in tree.names:
            content = tree.read(name)
            digest.update(f"{name}\0{len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def _train_items(tree: _Tree, wnids: tuple[str, ...]) -> list[tuple[str, int]]:
    index = {w: i for i, w in enumerate(wnids)}
    parts = {name: PurePosixPath(name).parts for name in tree.names}
    return [
        (name, index[parts[name][1]])
        for name in tree.names
        if parts[name][0] == "train" and PurePosixPath(name).suffix.lower() in PICTURE_ENDINGS
    ]


def _val_items(tree: _Tree, wnids: tuple[str, ...]) -> list[tuple[str, int]]:
    index = {w: i for i, w in enumerate(wnids)}
    by_stem = {
        PurePosixPath(n).stem: n for n in tree.names if PurePosixPath(n).parts[:2] == ("val", "images")
    }
    lines = tree.lines("val/val_annotations.txt")
    return [(by_stem[PurePosixPath(fields[0]).stem], index[fields[1]]) for fields in lines]


def _split(tree: _Tree, listed: Sequence[tuple[str, int]], cached: Path) -> Split:
    if not listed:
        raise DatasetError("no pictures found where the official layout has them")
    labels = torch.tensor([label for _, label in listed])
    if cached.is_file():
        return Split(torch.from_numpy(np.load(cached)), labels)
    array = np.empty((len(listed), 3, SIDE, SIDE), np.uint8)

    def decode(job: tuple[int, bytes]) -> None:
        array[job[0]] = _decode(job[1], listed[job[0]][0])

    # Reading a zip is not thread-safe, decoding is: the main thread reads, the pool decodes.
    reads = ((i, tree.read(name)) for i, (name, _) in enumerate(listed))
    with ThreadPoolExecutor() as pool:
        for _ in tqdm(pool.map(decode, reads), total=len(listed), desc="decoding", leave=False):
            pass
    cached.parent.mkdir(parents=True, exist_ok=True)
    partial = cached.with_suffix(".part.npy")
    np.save(partial, array)
    partial.replace(cached)
    return Split(torch.from_numpy(array), labels)


def _decode(data: bytes, name: str) -> np.ndarray:
    try:
        picture = Image.open(io.BytesIO(data)).convert("RGB")
    except Exception as error:  # damaged or huge pictures make Pillow raise nearly anything
        raise DatasetError(f"{name}: not a readable picture ({error})") from error
    if picture.size != (SIDE, SIDE):
        picture = picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(picture).transpose(2, 0, 1)
