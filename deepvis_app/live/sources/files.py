"""Pictures from the disk: one file, a folder, or a list of files with labels."""

from __future__ import annotations

import os
import re
import zipfile
from functools import partial
from pathlib import Path

from deepvis_app.files import DAMAGED_ZIP, in_zip
from deepvis_app.live.sources.base import SourceError
from deepvis_app.live.sources.stills import Item, Stills, natural_key
from deepvis_app.messages import U8
from deepvis_app.render.pictures import PICTURE_ENDINGS, PictureError, decode_picture, read_picture

LIST_ENDINGS = frozenset((".txt", ".csv", ".tsv", ".lst"))
_MAX_LIST_BYTES = 100_000_000
_MAX_PICTURE_BYTES = 500_000_000
# The shortest beginning that ends like a picture is the path (it may hold spaces), the rest is the label.
_LINE = re.compile(
    r"^(.+?(?:{}))(?:[\s,;]+(.*))?$".format("|".join(map(re.escape, sorted(PICTURE_ENDINGS, reverse=True)))),
    re.IGNORECASE,
)


class Picture(Stills):
    """One picture file, which may lie inside a zip: photos.zip/folder/a.png."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.title = path.name

    def items(self) -> list[Item]:
        if self._path.is_file():
            return [Item(self._path.name, partial(read_picture, self._path))]
        zipped = in_zip(self._path)
        if zipped is None:
            raise SourceError(f"There is no file {self._path}.")
        return [Item(self._path.name, partial(read_zipped, *zipped))]


class Folder(Stills):
    """The pictures of a folder in natural order, and of the folders in it if `recursive`."""

    def __init__(self, path: Path, recursive: bool = False) -> None:
        super().__init__()
        self._path, self._recursive = path, recursive
        self.title = f"folder {path.name or path}"

    def items(self) -> list[Item]:
        try:
            next(self._path.iterdir(), None)  # os.walk would be silent about a missing or locked folder
        except OSError as error:
            raise SourceError(
                f"The folder {self._path} cannot be read: {error.strerror or error}."
            ) from error
        names = self._names()
        if not names:
            within = "or below it" if self._recursive else "(folders inside it were not searched)"
            raise SourceError(f"There is no picture in {self._path} {within}.")
        return [
            Item(name, partial(read_picture, self._path / name)) for name in sorted(names, key=natural_key)
        ]

    def _names(self) -> list[str]:
        found: list[str] = []
        for folder, inside, files in os.walk(self._path):
            inside[:] = [name for name in inside if self._recursive and not name.startswith(".")]
            place = Path(folder).relative_to(self._path)
            found += [(place / name).as_posix() for name in files if _is_picture(name)]
        return found


class ImageList(Stills):
    """A text file with a picture path per line, then its label if any, after a space, tab or comma.

    Relative paths start at the list's own folder. Empty lines and lines that begin with # do not count.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.title = f"list {path.name}"

    def items(self) -> list[Item]:
        lines = [line.strip() for line in self._text().splitlines()]
        entries = [_split(line) for line in lines if line and not line.startswith("#")]
        if not entries:
            raise SourceError(f"{self._path.name} lists no pictures: it needs one path per line.")
        folder = self._path.parent
        return [Item(name, partial(read_picture, folder / name), label) for name, label in entries]

    def _text(self) -> str:
        try:
            if self._path.stat().st_size > _MAX_LIST_BYTES:
                raise SourceError(f"{self._path.name} is too large to be a list of pictures.")
            data = self._path.read_bytes()
        except OSError as error:
            raise SourceError(
                f"The list {self._path} cannot be opened: {error.strerror or error}."
            ) from error
        if b"\0" in data:
            raise SourceError(f"{self._path.name} is not a text file with one picture path per line.")
        return data.decode("utf-8-sig", errors="replace")


def read_zipped(archive: Path, name: str) -> U8:
    """A picture inside a zip as RGB (H, W, 3), read-only. Raises PictureError."""
    try:
        with zipfile.ZipFile(archive) as opened:
            if opened.getinfo(name).file_size > _MAX_PICTURE_BYTES:
                raise PictureError(f"{name} in {archive.name} is too large to be a picture.")
            data = opened.read(name)
    except KeyError:
        raise PictureError(f"There is no {name} in {archive.name}.") from None
    except (OSError, *DAMAGED_ZIP) as error:
        raise PictureError(f"{name} cannot be read from {archive.name}: {error}.") from error
    return decode_picture(data, name)


def _split(line: str) -> tuple[str, str]:
    """(path, label) of a line of an image list."""
    match = _LINE.match(line)
    path, label = match.groups() if match else [*re.split(r"[\s,;]+", line, maxsplit=1), ""][:2]
    return path.strip("\"'"), (label or "").strip().strip("\"'")


def _is_picture(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in PICTURE_ENDINGS
