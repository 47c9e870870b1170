"""Files: user folders, hashes, and writing so that a crash leaves the old file or the new one, never half."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from lzma import LZMAError
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

from platformdirs import user_cache_path, user_config_path, user_data_path

APP = "deepvis"
# What zipfile raises, beside OSError, on damaged, encrypted and strangely compressed members.
DAMAGED_ZIP = (BadZipFile, zlib.error, LZMAError, EOFError, RuntimeError, ValueError)
ASSETS_VARIABLE = "DEEPVIS_ASSETS"  # another folder for the bundled data; for making them anew elsewhere
HOME_VARIABLE = "DEEPVIS_HOME"  # one folder for everything; used by tests and portable installations


def data_folder() -> Path:
    """Where installed weights and the user's atlases lie."""
    return _folder("data", user_data_path(APP))


def config_folder() -> Path:
    """Where settings and the window state lie."""
    return _folder("config", user_config_path(APP))


def cache_folder() -> Path:
    """What can be made again at any time."""
    return _folder("cache", user_cache_path(APP))


def assets_folder() -> Path:
    """The bundled data: beside the packages in a checkout, inside the package in an installed wheel."""
    if override := os.environ.get(ASSETS_VARIABLE):
        return Path(override)
    package = Path(__file__).parent
    installed = package / "assets"
    return installed if installed.is_dir() else package.parent / "assets"


@contextmanager
def folder_at(variable: str, folder: Path) -> Iterator[None]:
    """While entered, this process and its children have the folder of ASSETS_VARIABLE or HOME_VARIABLE there."""
    before = os.environ.get(variable)
    os.environ[variable] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[variable]
        else:
            os.environ[variable] = before


def file_sha256(path: Path) -> str:
    """Hex digest of the whole file."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def in_zip(path: Path) -> tuple[Path, str] | None:
    """The zip file and the name inside it that a path means that leads through a zip; None for other paths."""
    for parent in path.parents:
        if parent.suffix.lower() == ".zip" and parent.is_file():
            return parent, path.relative_to(parent).as_posix()
    return None


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file in the same folder; on success it replaces `path`, on an error it vanishes.

    An OSError of the temporary file names `path`: that is what the user knows.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        if error.filename == str(partial):
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        with suppress(OSError):  # where it could not be made; the first error is what counts
            partial.unlink(missing_ok=True)


def _folder(name: str, default: Path) -> Path:
    override = os.environ.get(HOME_VARIABLE)
    return Path(override) / name if override else default
