"""Pictures as an atlas keeps them: WebP, small, and never decoded before the declared size is checked."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image

from deepvis_app.messages import COMPARED, U8, frozen

THUMBNAIL = 48  # pixels, the longer side
OWN_THUMBNAIL = 64  # pixels; a picture up to here is made smaller when a layer is shown, and has no thumbnail
MAX_SIDE = 512  # pixels; what is larger is made smaller on the way in, and not decoded on the way out
EXACT_SIDE = 32  # pixels; up to here lossy coding saves little, and halving the colours' resolution shows
# kind -> WebP quality. Against 80 it saves a quarter (am), a sixth (top) and a third (deconv, which is smooth) of the
# bytes; enlarged, they can hardly be told apart, because the colours' halved resolution weighs more.
QUALITY: dict[str, int] = {
    "am": 65, "dgn-am": 65, "ppgn": 65, "top": 75, "deconv": 65, "guided": 65, "lrp": 65,
    "facets": 75, "facet-am": 75, "facet-dgn": 75, "facet-real": 75, "facet-deconv": 65, "facet-lrp": 65,
}  # fmt: skip
_OTHER_KINDS = 80
# what a person keeps is written anew with every further pin; what is compared is shown as it was measured
LOSSLESS_KINDS = frozenset({"session", "painted", COMPARED})
# kind -> WebP's "method": 6 saves 3 % more for three times the time, which is little where a picture takes long
_EFFORT: dict[str, int] = {"am": 6, "dgn-am": 6, "ppgn": 6, "facet-am": 6, "facet-dgn": 6}
_OTHER_EFFORT = 4
_STEP = (
    8  # between the levels of pictures up to EXACT_SIDE: at most 4 of 255 off (41 dB), a third fewer bytes
)
_VP8_START, _VP8L_START = b"\x9d\x01\x2a", 0x2F
_LEVELS = [min(round(value / _STEP) * _STEP, 255) for value in range(256)] * 3
# What Pillow raises on damaged files.
_DAMAGED = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, MemoryError, RuntimeError)


class DamagedPictureError(ValueError):
    """These bytes are not a picture that an atlas may hold."""


def encode(rgb: U8, kind: str) -> bytes:
    """RGB (H, W, 3) -> WebP: exact for `LOSSLESS_KINDS`, in 33 levels a colour up to `EXACT_SIDE`, else lossy.

    No side is over `MAX_SIDE`.
    """
    image = _image(rgb)
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    return _webp(image, kind)


def thumbnail(rgb: U8, kind: str, stored: int) -> bytes | None:
    """The same, with no side over `THUMBNAIL`; None where the image that is `stored` (its longer side) is small."""
    if stored <= OWN_THUMBNAIL:
        return None
    image = _image(rgb)
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    return _webp(image, kind)


def shrunk(rgb: U8) -> U8:
    """With no side over `THUMBNAIL`."""
    if max(rgb.shape[:2]) <= THUMBNAIL:
        return rgb
    image = Image.fromarray(rgb)
    image.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.BILINEAR)
    return frozen(np.array(image))


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
    exact, small = kind in LOSSLESS_KINDS, max(image.size) <= EXACT_SIDE
    if small and not exact:
        image = image.point(_LEVELS)
    quality = 50 if exact or small else QUALITY.get(kind, _OTHER_KINDS)  # lossless: effort, not quality
    file = io.BytesIO()
    effort = _EFFORT.get(kind, _OTHER_EFFORT)
    image.save(file, "WEBP", lossless=exact or small, quality=quality, method=effort)
    return file.getvalue()
