"""Picture files: any common kind -> RGB uint8, or one sentence that says why not.

Decoding never runs code from the file: only the kinds listed in `KINDS` are tried (Pillow would hand EPS to
Ghostscript). Colour profiles are not applied; what is transparent is laid on white.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from deepvis_app.files import atomic_write
from deepvis_app.messages import U8, frozen

MAX_PIXELS = 100_000_000
KINDS = ("PNG", "JPEG", "MPO", "GIF", "BMP", "TIFF", "WEBP", "PPM", "JPEG2000", "AVIF", "ICO")
PICTURE_ENDINGS = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm",
     ".jp2", ".avif", ".ico"}
)  # fmt: skip
_WIDE = ("I", "I;16", "I;16L", "I;16B", "I;16N")
# What Pillow's readers raise on damaged files; a decoder's bug in one file must not end a job over a folder.
_DAMAGED = (
    OSError, SyntaxError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, EOFError,
    MemoryError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class PictureError(Exception):
    """A picture cannot be shown; the message is one sentence that names the file and says why."""


def read_picture(path: Path) -> U8:
    """The picture in a file as RGB (H, W, 3), read-only, as by `decode_picture`. Raises PictureError."""
    if path.exists() and not path.is_file():  # opening a pipe would wait for ever
        raise PictureError(f"{path.name or path} is not a file.")
    try:
        with path.open("rb") as file:
            return _decode(file, path.name)
    except FileNotFoundError:
        raise PictureError(f"{path.name} does not exist.") from None
    except OSError as error:
        raise PictureError(f"{path.name} cannot be opened: {error.strerror or error}.") from error


def decode_picture(data: bytes, name: str) -> U8:
    """The picture in the bytes of a file as RGB (H, W, 3), read-only; `name` is what messages call it.

    Turned as EXIF says; 16 bits a channel become 8 by value / 257; floats are taken as 0..1, or else as 0..255;
    the first picture of an animation. Raises PictureError: empty, truncated, not a picture, over 100 megapixels.
    """
    return _decode(io.BytesIO(data), name)


def save_png(target: Path | IO[bytes], rgb: U8) -> None:
    """Write RGB (H, W, 3) as PNG; a file appears whole or not at all. Raises OSError."""
    image = Image.fromarray(rgb)
    if isinstance(target, Path):
        with atomic_write(target) as file:
            image.save(file, "PNG")
    else:
        image.save(target, "PNG")


def _decode(file: IO[bytes], name: str) -> U8:
    try:
        if not file.read(1):
            raise PictureError(f"{name} is empty.")
        file.seek(0)
        with Image.open(file, formats=_readable_kinds()) as image:  # reads the header only
            pixels = image.width * image.height
            if pixels > MAX_PIXELS:
                raise PictureError(_too_large(name, f"{pixels / 1e6:.0f} megapixels"))
            return _to_rgb(image, name)
    except _BOMB:
        raise PictureError(_too_large(name, "far more pixels than a photograph")) from None
    except UnidentifiedImageError:
        raise PictureError(f"{name} is not a picture of a kind that can be read.") from None
    except _DAMAGED as error:
        raise PictureError(f"{name} is damaged or cut short and cannot be shown ({error}).") from error


def _readable_kinds() -> list[str]:
    Image.init()
    return [kind for kind in KINDS if kind in Image.OPEN]  # AVIF and others depend on how Pillow was built


def _too_large(name: str, size: str) -> str:
    return f"{name} has {size}; pictures of up to {MAX_PIXELS // 1_000_000} megapixels can be shown."


def _to_rgb(image: Image.Image, name: str) -> U8:
    turned = ImageOps.exif_transpose(image)
    if turned.mode in _WIDE or turned.mode == "F":
        values = np.asarray(turned, np.float64)
        grey = _from_floats(values, name) if turned.mode == "F" else _from_16_bits(values, name)
        return frozen(np.repeat(grey[..., None], 3, axis=2))
    if "A" in turned.getbands() or "a" in turned.getbands() or "transparency" in turned.info:
        layers = turned.convert("RGBA")
        paper = Image.new("RGBA", layers.size, "white")
        turned = Image.alpha_composite(paper, layers)
    return frozen(np.array(turned.convert("RGB"), np.uint8, order="C"))


def _from_16_bits(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], name: str) -> U8:
    if values.min() < 0 or values.max() > 65535:
        raise PictureError(f"{name} has values outside 0..65535, for which no brightness is agreed.")
    return np.rint(values / 257).astype(np.uint8)


def _from_floats(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], name: str) -> U8:
    if not (np.isfinite(values).all() and values.min() >= 0 and values.max() <= 255):
        raise PictureError(f"{name} has values outside 0..1 and 0..255, for which no brightness is agreed.")
    return np.rint(values * 255 if values.max() <= 1 else values).astype(np.uint8)
