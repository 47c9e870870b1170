"""Montages of the 2015 toolbox: 3x3 pictures in one, cut back into the nine.

The toolbox itself only shows montages as they are, so no text says how wide their gaps are: the geometry follows
from the size and from the lines of one colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from deepvis_app.messages import U8, frozen

SIDE = 3  # pictures on a side of a montage
SMALLEST = 4  # pixels on a side of a picture
_BLOCK_BORDER = 3  # the toolbox cuts 1 + 2 pixels off a quadrant on every side
_SMOOTH = 14.0  # grey levels by which a gap's pixels may differ on average: JPEG rings at edges


class GridError(ValueError):
    """A montage does not have the expected size; the message is one sentence."""


@dataclass(frozen=True)
class Geometry:
    """Pixels of the border, between pictures, and on a side of a picture."""

    border: int
    gap: int
    picture: int


# Widest first: where two fit and both are of one colour, the thinner one is part of the wider.
_FORMS = ((4, 4), (2, 4), (3, 3), (2, 2), (1, 2), (0, 2), (1, 1), (0, 1), (0, 0))


def quadrant(rgb: U8) -> U8:
    """The bottom-left block of a montage of 2x2 blocks, without the border: what the toolbox shows.

    Raises GridError where the montage is not a square with an even number of pixels.
    """
    height, width = rgb.shape[:2]
    if height != width or height % 2:
        raise GridError(f"it has {width} x {height} pixels, not a square with an even number of them.")
    half = height // 2
    if half <= 2 * _BLOCK_BORDER + SIDE * SMALLEST:
        raise GridError(f"it has only {width} x {height} pixels.")
    return rgb[half + _BLOCK_BORDER : height - _BLOCK_BORDER, _BLOCK_BORDER : half - _BLOCK_BORDER]


def geometry(samples: Sequence[U8]) -> Geometry:
    """How nine equal squares lie in each of these montages, all of one layer and of one size.

    One picture may have an edge of one colour by chance: what holds for the middle one of all samples counts.
    Raises GridError where the size is not that of 3x3 squares.
    """
    height, width = samples[0].shape[:2]
    if height != width:
        raise GridError(f"it has {width} x {height} pixels, not a square of 3x3 pictures.")
    for border, gap in _FORMS:
        picture, rest = divmod(height - 2 * border - (SIDE - 1) * gap, SIDE)
        form = Geometry(border, gap, picture)
        if rest == 0 and picture >= SMALLEST and median(_spread(rgb, form) for rgb in samples) < _SMOOTH:
            return form
    raise GridError(f"its {width} x {height} pixels cannot be divided into 3x3 equal pictures.")


def cells(rgb: U8, form: Geometry) -> tuple[U8, ...]:
    """The nine pictures (p, p, 3), row by row, read-only, without a pixel of the gaps."""
    starts = [form.border + k * (form.picture + form.gap) for k in range(SIDE)]
    return tuple(
        frozen(rgb[top : top + form.picture, left : left + form.picture].copy())
        for top in starts
        for left in starts
    )


def _spread(rgb: U8, form: Geometry) -> float:
    """By how many grey levels that which lies outside the pictures differs from one colour, on average."""
    inside = np.zeros(rgb.shape[0], bool)
    for k in range(SIDE):
        start = form.border + k * (form.picture + form.gap)
        inside[start : start + form.picture] = True
    outside = rgb[~(inside[:, None] & inside[None, :])].astype(np.float32)
    return float(np.abs(outside - np.median(outside, axis=0)).mean()) if len(outside) else 0.0
