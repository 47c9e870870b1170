"""Colour tables for mosaics: number 0 is background, 128 is zero, 1 and 255 are -top and +top."""

from __future__ import annotations

import numpy as np

from deepvis_app.messages import U8, frozen

ZERO = 128
BACKGROUND = (28, 29, 33)  # darker than zero in every table of greys, so that a tile of zeros is seen

_Stops = tuple[tuple[float, tuple[int, int, int]], ...]  # value in -1..1, colour


def _table(stops: _Stops) -> U8:
    """(256, 3) uint8, linear between the stops."""
    values = (np.arange(256) - ZERO) / 127
    places = [place for place, _ in stops]
    channels = [np.interp(values, places, [colour[c] for _, colour in stops]) for c in range(3)]
    table = np.stack(channels, 1).round().astype(np.uint8)
    table[0] = BACKGROUND
    return frozen(table)


PALETTES: dict[str, U8] = {
    # Zero is one fixed grey. Most activations are far below the layer's top, so the first third of the range
    # gets half of the brightness on both sides.
    "gray": _table(
        (
            (-1, (0, 0, 0)),
            (-0.3, (44, 44, 44)),
            (0, (88, 88, 88)),
            (0.3, (172, 172, 172)),
            (1, (255, 255, 255)),
        )
    ),
    # Blue below zero, orange above: distinguishable with every common colour blindness.
    "signed": _table(
        (
            (-1, (150, 205, 255)),
            (-0.5, (40, 110, 215)),
            (0, (16, 16, 20)),
            (0.5, (215, 105, 20)),
            (1, (255, 225, 150)),
        )
    ),
    # 2015's colours of the backward grid: red below zero, green above.
    "redgreen": _table(((-1, (255, 70, 70)), (0, (0, 0, 0)), (1, (60, 255, 60)))),
    "viridis": _table(
        (
            (-1, (68, 1, 84)),
            (-0.5, (59, 82, 139)),
            (0, (33, 145, 140)),
            (0.5, (94, 201, 98)),
            (1, (253, 231, 37)),
        )
    ),
}

PALETTE_TITLES = {
    "gray": "grey (zero mid-dark grey)",
    "signed": "blue to orange (zero black)",
    "redgreen": "red to green (as in 2015)",
    "viridis": "viridis (zero green-blue)",
}


def value_of(number: float, top: float, gamma: float = 1.0) -> float:
    """The value that a colour number stands for: the inverse of the mosaic's scale, for colour bars."""
    level = (number - ZERO) / 127
    return float(np.sign(level) * abs(level) ** (1 / gamma) * top)


def coloured(pixels: U8, palette: U8) -> U8:
    """(H, W) numbers -> (H, W, 3) RGB."""
    return palette[pixels]
