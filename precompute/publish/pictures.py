"""Scaling, encoding and laying out pictures for files and pages."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from deepvis_app.messages import U8

Format = Literal["png", "webp"]
FORMATS: tuple[Format, ...] = ("png", "webp")
_BLOCK = 16  # pixels on a side of the blocks in which lossy WebP codes
_EDGE = 4  # pixels by which its filters and its coarser colours reach across a block's border


@dataclass(frozen=True)
class Place:
    """Where a picture lies in a sheet, in pixels."""

    x: int
    y: int
    width: int
    height: int


def encode_exact(rgb: U8, kind: Format) -> bytes:
    """RGB (H, W, 3) as a file from which the very same pixels can be read again."""
    return _encoded(rgb, kind.upper(), **({"lossless": True} if kind == "webp" else {}))


def encode_small(rgb: U8, quality: int) -> bytes:
    """RGB (H, W, 3) as lossy WebP; `quality` 1..100."""
    return _encoded(rgb, "WEBP", quality=quality)


def fitted(rgb: U8, side: int) -> U8:
    """The picture itself, or shrunk so that its longer side is `side` pixels; never enlarged."""
    scale = side / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    height, width = (max(1, round(length * scale)) for length in rgb.shape[:2])
    return np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.LANCZOS))


def square(rgb: U8, side: int, background: tuple[int, int, int]) -> U8:
    """The whole picture scaled into the middle of a square of `side` pixels; enlarged if it is smaller."""
    scale = side / max(rgb.shape[:2])
    height, width = (max(1, round(length * scale)) for length in rgb.shape[:2])
    way = Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC
    paper = Image.new("RGB", (side, side), background)
    paper.paste(
        Image.fromarray(rgb).resize((width, height), way), ((side - width) // 2, (side - height) // 2)
    )
    return np.asarray(paper)


def lay_rows(rows: Sequence[Sequence[U8]]) -> tuple[U8, list[list[Place]]]:
    """All pictures in one sheet, each row of pictures in a row, and where each lies.

    Every picture has blocks of its own, and its edges are continued in them, so that neighbours do not mix.
    """
    places: list[list[Place]] = []
    top = right = 0
    for row in rows:
        left, line = 0, []
        for rgb in row:
            line.append(Place(left + _EDGE, top + _EDGE, rgb.shape[1], rgb.shape[0]))
            left += _padded(rgb.shape[1])
        places.append(line)
        right = max(right, left)
        top += max((_padded(rgb.shape[0]) for rgb in row), default=0)
    sheet = np.zeros((top, right, 3), np.uint8)
    for row, line in zip(rows, places, strict=True):
        for rgb, place in zip(row, line, strict=True):
            grown = _grown(rgb)
            y, x = place.y - _EDGE, place.x - _EDGE
            sheet[y : y + grown.shape[0], x : x + grown.shape[1]] = grown
    return sheet, places


def _padded(length: int) -> int:
    return -(-(length + 2 * _EDGE) // _BLOCK) * _BLOCK


def _grown(rgb: U8) -> U8:
    more = [(_EDGE, _padded(length) - length - _EDGE) for length in rgb.shape[:2]]
    return np.pad(rgb, [*more, (0, 0)], mode="edge")


def _encoded(rgb: U8, kind: str, **how: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, kind, **how)
    return file.getvalue()
