"""Codes in an atlas: small, and as JSON values."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np

from deepvis_app.messages import F32

_LARGEST = 1 << 22  # elements that are unpacked


def packed(code: F32) -> dict[str, Any]:
    """Half precision, compressed, in base64; an fc6 code of 1024 elements takes about 2 kB."""
    data = zlib.compress(code.astype("<f2").tobytes(), 9)
    return {"shape": list(code.shape), "half": b64encode(data).decode()}


def unpacked(value: Mapping[str, Any]) -> F32:
    """What `packed` made. Raises ValueError for anything else; it may come from a stranger."""
    try:
        shape = tuple(int(length) for length in value["shape"])
        size = int(np.prod(shape, dtype=np.int64))
        if not 0 < size <= _LARGEST or min(shape) < 1:
            raise ValueError("its shape makes no sense")
        data = zlib.decompressobj().decompress(b64decode(value["half"], validate=True), 2 * size)
        return np.frombuffer(data, "<f2").reshape(shape).astype(np.float32)
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise ValueError(f"this is no packed code: {error}") from error
