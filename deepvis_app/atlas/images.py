"""Pictures as an atlas keeps them: WebP, small, and never decoded before the declared size is checked."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image

from deepvis_app.messages import U8, frozen

THUMBNAIL = 48  # pixels, the longer side
MAX_SIDE = 512  # pixels; what is larger is made smaller on the way in, and not decoded on the way out
LOSSLESS_SIDE = 32  # pixels; up to here lossy coding saves little, and halving the colours' resolution shows
# kind -> WebP quality; deconv pictures are smooth, and a pane of nine must decode in a millisecond or two
QUALITY: dict[str, int] = {"am": 80, "top": 80, "deconv": 75, "guided": 75}
_OTHER_KINDS = 80
LOSSLESS_KINDS = frozenset({"session"})  # pinned pictures are written anew with every further pin
_EFFORT = 2  # WebP's "method": half the time of the default 4 for 2 % more bytes
_VP8_START, _VP8L_START = b"\x9d\x01\x2a", 0x2F
# What Pillow raises on damaged files.
_DAMAGED = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, MemoryError, RuntimeError)


class DamagedPictureError(ValueError):
    """These bytes are not a picture that an atlas may hold."""


def encode(rgb: U8, kind: str) -> bytes:
    """RGB (H, W, 3) -> WebP: lossless up to 32 pixels and for `LOSSLESS_KINDS`, else lossy; no side over `MAX_SIDE`."""
    image = _image(rgb)
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    return _webp(image, kind)


def thumbnail(rgb: U8, kind: str) -> bytes:
    """The same, with no side over `THUMBNAIL`."""
    image = _image(rgb)
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    return _webp(image, kind)


def decode(data: object, side: int = MAX_SIDE) -> U8:
    """WebP -> RGB (H, W, 3), read-only. Raises DamagedPictureError, also when a side is over `side` pixels."""
    if not isinstance(data, bytes):
        raise DamagedPictureError("no bytes, or too many of them")
    height, width = declared_size(data)
    if not (0 < height <= side and 0 < width <= side):
        raise DamagedPictureError(f"{width} x {height} pixels, more than {side} a side")
    try:
        with Image.open(io.BytesIO(data), formats=("WEBP",)) as image:
            return frozen(np.array(image if image.mode == "RGB" else image.convert("RGB")))
    except _DAMAGED as error:
        raise DamagedPictureError(str(error)) from error


def declared_size(data: bytes) -> tuple[int, int]:
    """(height, width) from the header of a still WebP picture (RFC 9649, 2.5 and 2.6). Raises DamagedPictureError.

    The extended kind (animation, metadata) is refused: an atlas never holds it, and Pillow allocates whatever
    canvas it declares.
    """
    if len(data) >= 30 and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        if data[12:16] == b"VP8 " and data[23:26] == _VP8_START:
            width, height = struct.unpack("<HH", data[26:30])
            return height & 0x3FFF, width & 0x3FFF
        if data[12:16] == b"VP8L" and data[20] == _VP8L_START:
            (bits,) = struct.unpack("<I", data[21:25])
            return (bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1
    raise DamagedPictureError("not a WebP picture")


def _image(rgb: U8) -> Image.Image:
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.size == 0:
        raise ValueError(f"an atlas takes uint8 pictures (H, W, 3), not {rgb.dtype} {rgb.shape}")
    return Image.fromarray(rgb)


def _webp(image: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    lossless = max(image.size) <= LOSSLESS_SIDE or kind in LOSSLESS_KINDS
    quality = 50 if lossless else QUALITY.get(kind, _OTHER_KINDS)  # lossless: effort, not quality
    image.save(file, "WEBP", lossless=lossless, quality=quality, method=_EFFORT)
    return file.getvalue()
