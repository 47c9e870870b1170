"""Writing a PNG file fast enough for the window's thread: stored, not compressed."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from deepvis_app.messages import U8

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB_8_BIT = (8, 2, 0, 0, 0)  # bits, colour type, compression, filters, no interlace


def png_of(rgb: U8) -> bytes:
    """RGB (H, W, 3) as the bytes of a PNG file (PNG specification, third edition, 5 and 9.2)."""
    height, width = rgb.shape[:2]
    lines = np.zeros((height, 1 + 3 * width), np.uint8)  # each begins with its filter: none
    lines[:, 1:] = rgb.reshape(height, -1)
    header = struct.pack(">II5B", width, height, *_RGB_8_BIT)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 0)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
