"""The data set that the assets are made from: Tiny ImageNet, as a folder or a zip, the official layout inside."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

from deepvis_app.files import file_sha256
from precompute.datasets import DataError, open_images

FOLDER = "folder "  # what `content` of a folder begins with
_MARKER = "wnids.txt"  # lies in the data set's root


def validation(path: Path) -> Path:
    """The folder of the validation pictures, as `--images` takes it. Raises DataError."""
    found = path / _inside_zip(path) / "val" if path.is_file() else _root(path) / "val"
    open_images(found, 1)
    return found


def content(path: Path) -> str:
    """What stands for the pictures: a zip's own hash, as in the network's card; for a folder names, sizes, times."""
    return file_sha256(path) if path.is_file() else f"{FOLDER}{open_images(path).signature()}"


def _root(path: Path) -> Path:
    if not path.is_dir():
        raise DataError(f"{path} does not exist; --dataset needs Tiny ImageNet, a folder or its zip.")
    inner = [folder for folder in (path, *sorted(path.iterdir())) if (folder / _MARKER).is_file()]
    if not inner:
        raise DataError(_other(path))
    return inner[0]


def _inside_zip(path: Path) -> PurePosixPath:
    try:
        with ZipFile(path) as archive:
            names = [name for name in archive.namelist() if PurePosixPath(name).name == _MARKER]
    except (BadZipFile, OSError) as error:
        raise DataError(f"{path} is neither a folder nor a zip that can be read ({error}).") from error
    if not names:
        raise DataError(_other(path))
    return PurePosixPath(min(names, key=len)).parent


def _other(path: Path) -> str:
    return f"{path}: no {_MARKER} inside, so this is not Tiny ImageNet."
