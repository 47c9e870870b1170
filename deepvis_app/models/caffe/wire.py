"""Protocol buffers on the wire: a message's bytes taken apart into its fields, without knowing what they mean.

Format: "Protocol Buffers Encoding", https://protobuf.dev/programming-guides/encoding/. A tag (field number and wire
type) stands before each value. Nothing is read outside the given bytes, whatever they say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

Value = int | memoryview | np.ndarray[Any, Any]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10  # bytes, for 64 bits
_MOST_FIELDS = 1_000_000  # in one message; networks have thousands
_ROWS = 1 << 16  # fixed-width values taken at once
_FEW = 16  # of them looked at first: where tags alternate, runs are short


class WireError(ValueError):
    """Bytes that are no message: cut off, or something else."""


def fields(data: memoryview) -> Iterator[tuple[int, Value]]:
    """The message's fields as (number, value), in file order.

    A varint is an int (unsigned), what has a length a memoryview, and fixed-width values that follow each other
    under one number are one array, float32 (n,) or float64 (n,). Raises WireError.
    """
    position = 0
    for _ in range(_MOST_FIELDS):
        if position == len(data):
            return
        start = position
        tag, position = varint(data, position)
        number, kind = tag >> 3, tag & 7
        value: Value
        if kind == _VARINT:
            value, position = varint(data, position)
        elif kind == _BYTES:
            length, position = varint(data, position)
            if length > len(data) - position:
                raise WireError("a field is longer than what holds it")
            value = data[position : position + length]
            position += length
        elif kind in (_FIXED32, _FIXED64):
            value, position = _run(data, start, position - start, 4 if kind == _FIXED32 else 8)
        else:
            raise WireError(f"wire type {kind} is none")
        if not number:
            raise WireError("field number 0 is none")
        yield number, value
    raise WireError("a message with too many fields")


def varint(data: memoryview, position: int) -> tuple[int, int]:
    """The number that begins at `position`, seven bits a byte, and where the next thing begins. Raises WireError."""
    value = 0
    for index in range(_LONGEST_VARINT):
        if position + index >= len(data):
            raise WireError("it ends in the middle of a number")
        byte = data[position + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, position + index + 1
    raise WireError("a number of more than 64 bits")


def varints(data: memoryview) -> list[int]:
    """Packed numbers. Raises WireError."""
    values, position = [], 0
    while position < len(data):
        value, position = varint(data, position)
        values.append(value)
    return values


def _run(data: memoryview, start: int, tag: int, width: int) -> tuple[np.ndarray[Any, Any], int]:
    """Fixed-width values from `start` on for as long as each has the same tag (of `tag` bytes) before it."""
    step = tag + width
    most = min((len(data) - start) // step, _ROWS)
    if not most:
        raise WireError("it ends in the middle of a number")
    length = 0
    for count in (min(most, _FEW), most):
        if length < count:
            rows = np.frombuffer(data, np.uint8, count * step, start).reshape(count, step)
            same = (rows[:, :tag] == rows[0, :tag]).all(axis=1)
            length = count if same.all() else int(same.argmin())
        if length < count:
            break
    values = np.ascontiguousarray(rows[:length, tag:]).view("<f4" if width == 4 else "<f8")
    return values.ravel(), start + length * step
