"""A .caffemodel: the weights of each layer by the layer's name; and a .binaryproto, which is one array alone.

Field numbers are those of Caffe's caffe.proto: NetParameter, LayerParameter, V1LayerParameter, BlobProto. What a layer
computes is read from the prototxt, never from here. Nothing in such a file can be executed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from deepvis_app.models.caffe.errors import CaffeError
from deepvis_app.models.caffe.wire import Value, WireError, fields, varints

Array = np.ndarray[Any, np.dtype[np.float32]]
Blobs = dict[str, tuple[Array, ...]]
Result = TypeVar("Result")

_LARGEST = 1 << 31  # bytes: protocol buffers have no larger files
_HDF5 = b"\x89HDF"
_NET_LAYER, _NET_V1_LAYER = 100, 2
_NAME, _BLOBS = (
    {100: 1, 2: 4, 1: 1},
    {100: 7, 2: 6, 1: 50},
)  # by the field that the layer stands in; 1 is V0's
_V0_LAYER = 1
_DATA, _DOUBLES, _SHAPE, _DIM = 5, 8, 7, 1
_OLD_SHAPE = (1, 2, 3, 4)  # num, channels, height, width


def read_caffemodel(path: Path) -> Blobs:
    """The arrays (float32, shaped as in the file) of every layer that has some, in file order. Raises CaffeError."""
    return caffemodel_of(_read(path), path.name)


def caffemodel_of(data: bytes, name: str) -> Blobs:
    """The same of a file's content; `name` is for the error. Raises CaffeError."""
    blobs = _parsed(data, _net, name, "a caffemodel")
    if not blobs:
        raise CaffeError(f"{name} holds no weights; it is damaged or no caffemodel, so get it again.")
    return blobs


def read_binaryproto(path: Path) -> Array:
    """The one array of a mean file. Raises CaffeError."""
    return _parsed(_read(path), _blob, path.name, "a binaryproto")


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size >= _LARGEST:
            raise CaffeError(f"{path.name} has more than 2 GB, which no file of Caffe has.")
        return path.read_bytes()
    except OSError as error:
        raise CaffeError(f"Cannot read {path} ({error.strerror}); check the path.") from error


def _parsed(data: bytes, reader: Callable[[memoryview], Result], name: str, what: str) -> Result:
    if data.startswith(_HDF5):
        raise CaffeError(f"{name} is in HDF5; save it from Caffe as a binary caffemodel.")
    try:
        return reader(memoryview(data))
    except (WireError, UnicodeDecodeError) as error:
        raise CaffeError(f"{name} is damaged or not {what} ({_why(error)}); get it again.") from error


def _why(error: ValueError) -> str:
    return "a name that is no text" if isinstance(error, UnicodeDecodeError) else str(error)


def _net(data: memoryview) -> Blobs:
    found: Blobs = {}
    for number, value in fields(data):
        if number in (_NET_LAYER, _NET_V1_LAYER):
            name, arrays = _layer(_message(value), number)
            if arrays:
                found[name] = arrays
    return found


def _layer(data: memoryview, kind: int) -> tuple[str, tuple[Array, ...]]:
    name, arrays = "", []
    for number, value in fields(data):
        if number == _NAME[kind]:
            name = bytes(_message(value)).decode()
        elif number == _BLOBS[kind]:
            arrays.append(_blob(_message(value)))
        elif kind == _NET_V1_LAYER and number == _V0_LAYER:
            return _layer(_message(value), _V0_LAYER)
    return name, tuple(arrays)


def _blob(data: memoryview) -> Array:
    """Floats packed or one by one, or doubles; the shape as a list or in four old fields. Raises WireError."""
    pieces: list[np.ndarray[Any, Any]] = []
    shape: list[int] | None = None
    old = dict.fromkeys(_OLD_SHAPE, 0)
    for number, value in fields(data):
        if number in (_DATA, _DOUBLES):
            pieces.append(_numbers(value, "<f4" if number == _DATA else "<f8"))
        elif number == _SHAPE:
            shape = _shape(_message(value))
        elif number in old and isinstance(value, int):
            old[number] = value
    with np.errstate(over="ignore"):  # doubles beyond every float become infinite, as in Caffe
        values = np.concatenate(pieces).astype(np.float32) if pieces else np.zeros(0, np.float32)
    size = shape if shape is not None else [old[field] for field in _OLD_SHAPE]
    if math.prod(size) != values.size or (not values.size and max(size) > _LARGEST):
        raise WireError(f"{values.size} numbers for a shape of {' x '.join(map(str, size)) or 'one'}")
    return values.reshape(size)


def _numbers(value: Value, kind: str) -> np.ndarray[Any, Any]:
    if isinstance(value, memoryview):
        if len(value) % np.dtype(kind).itemsize:
            raise WireError("half a number at the end of an array")
        return np.frombuffer(value, kind)
    if isinstance(value, np.ndarray) and value.dtype == kind:
        return value
    raise WireError("whole numbers where weights should be")


def _shape(data: memoryview) -> list[int]:
    sizes: list[int] = []
    for number, value in fields(data):
        if number == _DIM:
            sizes += varints(value) if isinstance(value, memoryview) else [_whole(value)]
    if len(sizes) > 32:  # NumPy's own limit; Caffe's is the same
        raise WireError("an array of more than 32 dimensions")
    return sizes


def _message(value: Value) -> memoryview:
    if not isinstance(value, memoryview):
        raise WireError("a number where a part should be")
    return value


def _whole(value: Value) -> int:
    if not isinstance(value, int):
        raise WireError("a size that is no whole number")
    return value
