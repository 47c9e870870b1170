"""The colour that a Caffe network's pictures are taken relative to, from numbers or from a mean file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from deepvis_app.models.caffe.caffemodel import read_binaryproto
from deepvis_app.models.caffe.errors import CaffeError

USUAL = (104.0, 117.0, 123.0)  # blue, green, red of ImageNet's pictures, in 0..255
_NUMBERS = re.compile(r"[-+.\deE]+(\s*,\s*[-+.\deE]+)*")


def read_mean(text: str, channels: int, size: tuple[int, int]) -> tuple[float, ...]:
    """One value for each channel, in the network's order (blue first), in 0..255.

    `text` is numbers with commas between, or the path of a .npy or .binaryproto file. Of a mean picture that is the
    average colour of what a centre cut to `size` leaves; how it varies over the picture is not used, so that every
    position of a layer sees pictures treated alike. One value serves all channels. Raises CaffeError.
    """
    values = _numbers(text) if _NUMBERS.fullmatch(text.strip()) else _of_file(Path(text).expanduser(), size)
    if len(values) == 1:
        values *= channels
    if not np.isfinite(values).all():
        raise CaffeError(f"The mean {text} has values that are no finite numbers.")
    if len(values) != channels:
        raise CaffeError(
            f"The mean {text} has {len(values)} channels, but the network's input has {channels}."
        )
    return tuple(values)


def without_scale(text: str) -> tuple[str, float | None]:
    """What stands before a `*`, and the number behind it, by which pixels are multiplied after the mean is taken off.

    None where there is no `*`. Raises CaffeError.
    """
    mean, star, scale = text.partition("*")
    if not star:
        return text, None
    try:
        factor = float(scale)
    except ValueError:
        factor = 0.0
    if not 0 < factor < np.inf:
        raise CaffeError(f"The scale {scale!r} behind the mean is no number above 0, such as 0.00390625.")
    return mean.strip(), factor


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise CaffeError(f"The mean {text!r} is neither numbers such as 104,117,123 nor a file.") from error


def _of_file(path: Path, size: tuple[int, int]) -> list[float]:
    if not path.is_file():
        raise CaffeError(
            f"There is no mean file {path}; give a .npy or .binaryproto file, or numbers such as 104,117,123."
        )
    array: np.ndarray[Any, Any] = _npy(path) if path.suffix == ".npy" else read_binaryproto(path)
    if array.ndim == 4 and array.shape[0] == 1:
        array = array[0]
    if array.ndim not in (1, 3) or not array.size:
        raise CaffeError(
            f"{path.name} is no mean: it has the shape {array.shape}, not (channels, height, width)."
        )
    if array.ndim == 3:
        array = _centre(array, size).mean(axis=(1, 2), dtype=np.float64)
    return [float(value) for value in array]


def _centre(array: np.ndarray[Any, Any], size: tuple[int, int]) -> np.ndarray[Any, Any]:
    top, left = (max(there - wanted, 0) // 2 for there, wanted in zip(array.shape[1:], size, strict=True))
    return array[:, top : top + size[0], left : left + size[1]]


def _npy(path: Path) -> np.ndarray[Any, Any]:
    """Mapped, so that a header with huge sizes asks for no memory; objects (pickles) are refused by NumPy."""
    try:
        array: Any = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError, SyntaxError, TypeError, OverflowError, MemoryError) as error:
        raise CaffeError(f"{path.name} is damaged or no NumPy array of numbers; get it again.") from error
    if not isinstance(array, np.ndarray):
        array.close()
        raise CaffeError(f"{path.name} holds several arrays; save the mean alone with numpy.save.")
    if array.dtype.kind not in "fiu":
        raise CaffeError(f"{path.name} holds {array.dtype}, not numbers.")
    return array
