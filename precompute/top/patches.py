"""The part of a picture that a unit sees at one position of its map, in the picture's own pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from deepvis_app.messages import F32, U8, Box, LayerInfo, frozen
from deepvis_app.models.preprocess import Preprocess
from deepvis_app.render.palettes import PALETTES, ZERO, coloured
from deepvis_app.render.patches import cut
from deepvis_app.render.views import VIEWS

LONGEST = 128  # pixels of a stored patch's longer side, unless told otherwise
SHARE = 250


@dataclass(frozen=True)
class Sight:
    """What a unit sees: `box` in pixels of the network's input, `source` in the picture's; both may reach outside
    of what is there.
    """

    box: Box
    source: Box


def sight(layer: LayerInfo, place: tuple[int, int], preprocess: Preprocess, size: tuple[int, int]) -> Sight:
    """Of a unit of `layer` at `place` (y, x) of its map, for a picture of `size` (H, W).

    The receptive field, where it is smaller than the input; along a side where it is not (or is not known) the
    whole input is seen.
    """
    height, width = preprocess.input_size
    field = layer.receptive_field
    top, left, bottom, right = (
        field.box(*place) if field is not None and not field.whole else (0, 0, 1 << 30, 1 << 30)
    )
    if bottom - top >= height:
        top, bottom = 0, height
    if right - left >= width:
        left, right = 0, width
    frame = preprocess.frame_box(size)
    down, across = (frame[2] - frame[0]) / height, (frame[3] - frame[1]) / width
    y0, y1 = (round(frame[0] + y * down) for y in (top, bottom))
    x0, x1 = (round(frame[1] + x * across) for x in (left, right))
    return Sight((top, left, bottom, right), (y0, x0, max(y1, y0 + 1), max(x1, x0 + 1)))


def true_patch(picture: U8, seen: Sight, preprocess: Preprocess, longest: int = LONGEST) -> U8:
    """The picture's own pixels in `seen.source`, made smaller to at most `longest`; (h, w, 3).

    Grey is what the unit cannot have seen: what lies outside of the picture, or outside of the part of it that
    the network's input shows.
    """
    frame = preprocess.frame_box((picture.shape[0], picture.shape[1]))
    top, left = max(frame[0], 0), max(frame[1], 0)
    shown = picture[top : max(frame[2], 0), left : max(frame[3], 0)]
    box = (seen.source[0] - top, seen.source[1] - left, seen.source[2] - top, seen.source[3] - left)
    return shrunk(cut(shown, box), longest)


def drawn_signal(heat: F32, seen: Sight, preprocess: Preprocess) -> U8:
    """The signal (C, H, W) at the network's input in `seen.box`: signed colour, mid grey is zero (as in 2015).

    Full colour is the magnitude that one in SHARE values exceeds: a few single pixels would leave all others grey.
    """
    part = _seen_of(heat, seen)
    if preprocess.colour_order == "bgr":
        part = part[::-1]
    nothing = np.zeros((1, 1, 3), np.uint8)  # this view looks at no picture
    return shrunk(VIEWS["raw"].draw(_to_peak(part), nothing))


def drawn_relevance(heat: F32, seen: Sight) -> U8:
    """A pixel's relevance, the sum over its colours (Bach et al. 2015), as a heat map: black is zero, orange speaks for
    the unit and blue against it. Full colour as in `drawn_signal`.
    """
    level = _to_peak(_seen_of(heat, seen).sum(0))
    return shrunk(coloured((ZERO + np.rint(127 * level)).astype(np.uint8), PALETTES["signed"]))


def _seen_of(heat: F32, seen: Sight) -> F32:
    """What of it lies in `seen.box`, with zeros where nothing is."""
    top, left, bottom, right = seen.box
    height, width = heat.shape[1:]
    part = np.zeros((heat.shape[0], bottom - top, right - left), np.float32)
    y0, x0, y1, x1 = max(top, 0), max(left, 0), min(bottom, height), min(right, width)
    part[:, y0 - top : y1 - top, x0 - left : x1 - left] = heat[:, y0:y1, x0:x1]
    return part


def _to_peak(part: F32) -> F32:
    """In -1..1, where 1 is the magnitude that one in SHARE values exceeds; zeros stay zeros."""
    sizes = np.abs(part)
    peak = float(np.quantile(sizes, 1 - 1 / SHARE, method="higher")) or float(sizes.max())
    return (part / peak).clip(-1, 1) if peak > 0 else part


def shrunk(rgb: U8, longest: int = LONGEST) -> U8:
    """At most `longest` pixels on the longer side; never enlarged."""
    height, width = rgb.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return frozen(np.ascontiguousarray(rgb))
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    small = Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return frozen(np.asarray(small).copy())
