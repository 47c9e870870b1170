"""Sets of images: a folder or a zip, in a fixed order, with a hash over the content."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

from deepvis_app.files import DAMAGED_ZIP, in_zip
from deepvis_app.messages import Box
from deepvis_app.render.pictures import PICTURE_ENDINGS
from precompute.errors import GivenError

ANNOTATIONS = "val_annotations.txt"  # Tiny ImageNet's: file TAB class ..., beside the folder of the images
NAMES = "words.txt"  # Tiny ImageNet's: class TAB name
DIGEST = 16  # bytes
_LARGEST = 1 << 30  # bytes of a file; no picture has more, but a zip can claim anything
_PLAIN_FOLDERS = {"", "images", "image", "imgs", "pictures", "photos"}  # that say nothing about a class


class DataError(GivenError):
    """One sentence: why a data set cannot be read, and what to give instead."""


@dataclass(frozen=True)
class ImageSet:
    """Image files of a folder (all below it) or a zip (read in place), sorted by their path inside it.

    `labels[i]` is the class of `names[i]`: from a val_annotations.txt where one lists it, else the name of
    its folder (of the folder above one that is called "images"), else "". `inside` is the folder of a zip that was
    asked for, "" for all of it. Pickled, it is only names and a path.
    """

    path: Path
    names: tuple[str, ...]  # relative, with "/"
    labels: tuple[str, ...]
    inside: str = ""
    _opened: dict[str, zipfile.ZipFile] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.names)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_opened": {}}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)

    def read(self, index: int) -> bytes:
        """The file's bytes. Raises OSError; a damaged zip member is an OSError as well."""
        name = self.names[index]
        if self.path.is_dir():
            file = self.path / name
            if file.exists() and not file.is_file():  # opening a pipe would wait for ever
                raise OSError("no file")
            return file.read_bytes()
        try:
            if self._zip().getinfo(name).file_size > _LARGEST:
                raise OSError("too large to be a picture")
            return self._zip().read(name)
        except (KeyError, *DAMAGED_ZIP) as error:
            raise OSError(f"damaged in the zip ({error})") from error

    @property
    def spare(self) -> int:
        """How many times more images than wanted must be ranked, because some repeat others."""
        return 1

    def repeats(self, index: int, other: int) -> bool:  # noqa: ARG002 (files do not tell)
        """Whether two images show the same thing, so that a unit needs only one of them."""
        return False

    def origin(self, index: int, box: Box) -> tuple[str, Box]:
        """What a person opens to see the image, as `facts.source` names it, and where the image's box lies in it."""
        return self.names[index], box

    def signature(self) -> str:
        """Changes when a file is added, taken away or written to, as far as sizes and times tell: quick to make."""
        digest = sha256(str(self.path.resolve()).encode())
        if self.path.is_file():
            digest.update(f"{self.path.stat().st_size} {self.path.stat().st_mtime_ns}".encode())
        for name in self.names:
            digest.update(f"\0{name}".encode())
            if self.path.is_dir():
                digest.update(_size_and_time(self.path / name).encode())
        return digest.hexdigest()

    def place(self) -> str:
        """Where the images lie: what `facts.source` is relative to."""
        return str(self.path.resolve())

    def title(self) -> str:
        """What a person calls them wherever they lie."""
        return ", ".join(filter(None, (self.path.resolve().name, PurePosixPath(self.inside).name)))

    def in_words(self) -> str:
        return f"{self.title()}, {len(self)} images"

    def _zip(self) -> zipfile.ZipFile:
        """Opened once in each process; not to be shared by threads."""
        if "" not in self._opened:
            self._opened[""] = zipfile.ZipFile(self.path)
        return self._opened[""]


def open_images(path: Path, limit: int | None = None) -> ImageSet:
    """The images of a folder, a zip, or a folder in a zip (set.zip/val), at most the first `limit`.

    Where all of a zip lies in one folder, as most are packed, its name may be left out. Raises DataError.
    """
    path, inside = _split(path)
    if not path.exists():
        raise DataError(f"{path} does not exist; --images needs a folder or a zip of pictures.")
    try:
        listed = sorted(_folder_names(path) if path.is_dir() else _zip_names(path))
    except (zipfile.BadZipFile, OSError) as error:
        raise DataError(f"{path} is neither a folder nor a zip that can be read ({error}).") from error
    inside = _from_root(listed, inside)
    names = tuple(name for name in listed if name.startswith(inside) and _is_picture(name))[:limit]
    if not names:
        raise DataError(f"{path / inside} has no pictures; known are {', '.join(sorted(PICTURE_ENDINGS))}.")
    bare = ImageSet(path, (*names, *(n for n in listed if PurePosixPath(n).name in (ANNOTATIONS, NAMES))), ())
    return ImageSet(path, names, tuple(_labels(bare, names)), inside)


def digest_of(data: bytes) -> bytes:
    """What stands for a file's content: 16 bytes."""
    return sha256(data).digest()[:DIGEST]


def content_hash(names: Sequence[str], digests: bytes) -> str:
    """The hash of a data set, hex: over the names and contents of its files in order."""
    whole = sha256("\n".join(names).encode())
    whole.update(digests)
    return whole.hexdigest()


def _split(path: Path) -> tuple[Path, str]:
    """A path as it is and "", or the zip that it leads into and the folder in there, with "/" at its end."""
    zipped = in_zip(path)
    return (zipped[0], f"{zipped[1]}/") if zipped else (path, "")


def _from_root(listed: Sequence[str], inside: str) -> str:
    """The folder as the zip has it: with the one that everything lies in, if it was named without."""
    roots = {name.partition("/")[0] for name in listed}
    if not inside or any(name.startswith(inside) for name in listed) or len(roots) != 1:
        return inside
    return f"{roots.pop()}/{inside}"


def _size_and_time(file: Path) -> str:
    """Empty for what is not there, such as a link that leads nowhere: that is told when it is read."""
    try:
        found = file.stat()
    except OSError:
        return ""
    return f" {found.st_size} {found.st_mtime_ns}"


def _folder_names(path: Path) -> Iterator[str]:
    """Links to folders are not followed: they may go round in circles.

    A name that is no text (bytes of another encoding) is told in its escaped form, under which no file is found.
    """
    for folder, _, files in os.walk(path):
        for file in files:
            name = (Path(folder) / file).relative_to(path).as_posix()
            yield name.encode("utf-8", "backslashreplace").decode()


def _zip_names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [name for name in archive.namelist() if not name.endswith("/")]


def _is_picture(name: str) -> bool:
    """Files that begin with a dot are not (macOS puts ._cat.jpg beside cat.jpg)."""
    path = PurePosixPath(name)
    return path.suffix.lower() in PICTURE_ENDINGS and not path.name.startswith(".")


def _labels(files: ImageSet, names: Sequence[str]) -> Iterator[str]:
    """One for each name; class numbers such as n01443537 become their names where a words.txt has them."""
    listed: dict[str, str] = {}
    words: dict[str, str] = {}
    for index, name in enumerate(files.names):
        path = PurePosixPath(name)
        if path.name == ANNOTATIONS:
            for file, label in _fields(files.read(index)):
                listed[str(path.parent / "images" / PurePosixPath(file).stem)] = label
        elif path.name == NAMES:
            words.update(_fields(files.read(index)))
    for name in names:
        path = PurePosixPath(name)
        label = listed.get(str(path.with_suffix("")), _folder_label(path))
        yield words.get(label, label)


def _fields(data: bytes) -> list[tuple[str, str]]:
    """The first two tab-separated fields of each line."""
    rows = [line.split("\t") for line in data.decode("utf-8", "replace").splitlines()]
    return [(row[0].strip(), row[1].strip()) for row in rows if len(row) > 1]


def _folder_label(path: PurePosixPath) -> str:
    for folder in reversed(path.parts[:-1]):
        if folder.lower() not in _PLAIN_FOLDERS:
            return folder
    return ""
