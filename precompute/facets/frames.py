"""Images laid over each other: what the unit saw, wherever it was, is moved to the middle, and averaged there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from deepvis_app.atlas.facet_rows import THUMB
from deepvis_app.messages import U8, Box, LayerInfo, frozen
from deepvis_app.render.patches import OUTSIDE

Shift = tuple[int, int]


@dataclass(frozen=True)
class Frame:
    """An image of the network's input size, moved; `there` (h, w) is where it has pixels. Elsewhere it is grey."""

    rgb: U8
    there: np.ndarray[tuple[int, int], np.dtype[np.bool_]]


def shift_of(layer: LayerInfo, place: Sequence[int]) -> Shift:
    """By how much (down, right) an image moves for what `place` of the layer's map sees to come to its centre."""
    field = layer.receptive_field
    if field is None or field.whole:
        return 0, 0
    down, across = ((size // 2 - int(at)) for size, at in zip(layer.map_shape, place, strict=True))
    return down * field.stride[0], across * field.stride[1]


def moved(pixels: U8, shift: Shift) -> Frame:
    """The image (h, w, 3) moved by (down, right)."""
    height, width = pixels.shape[:2]
    down, across = shift
    rgb = np.full_like(pixels, OUTSIDE)
    there = np.zeros((height, width), np.bool_)
    top, bottom = max(down, 0), min(height + down, height)
    left, right = max(across, 0), min(width + across, width)
    if top < bottom and left < right:
        rgb[top:bottom, left:right] = pixels[top - down : bottom - down, left - across : right - across]
        there[top:bottom, left:right] = True
    return Frame(frozen(rgb), there)


def mean_frame(frames: Sequence[Frame]) -> U8:
    """The mean picture (Algorithm 1, step 5); where an image has no pixel, the mean colour of all stands in for it.

    So a part that few of them have is faint, and does not show single images.
    """
    total = np.sum([frame.rgb * frame.there[..., None] for frame in frames], 0, dtype=np.float64)
    count = np.sum([frame.there for frame in frames], 0)[..., None]
    colour = total.sum((0, 1)) / count.sum() if count.any() else np.full(3, OUTSIDE)
    mean = (total + (len(frames) - count) * colour) / len(frames)
    return frozen(mean.round().astype(np.uint8))


def part(rgb: U8, box: Box) -> U8:
    top, left, bottom, right = box
    return frozen(np.ascontiguousarray(rgb[top:bottom, left:right]))


def thumbnail(rgb: U8) -> U8:
    """THUMB x THUMB with the whole picture in the middle; what is smaller is enlarged."""
    height, width = rgb.shape[:2]
    scale = THUMB / max(height, width)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))
    tile = np.full((THUMB, THUMB, 3), OUTSIDE, np.uint8)
    top, left = (THUMB - size[1]) // 2, (THUMB - size[0]) // 2
    tile[top : top + size[1], left : left + size[0]] = small
    return tile
