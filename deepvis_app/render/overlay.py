"""A heat map laid over a picture."""

from __future__ import annotations

import numpy as np

from deepvis_app.messages import F32, U8

_HEAT_PLACES = (0.0, 0.35, 0.7, 1.0)
_HEAT_COLOURS = ((20, 0, 60), (190, 30, 90), (250, 140, 30), (255, 250, 180))
STRONGEST = 0.75  # share of the heat's colour where it is strongest, so that the picture stays visible


def heat_colours(level: F32) -> U8:
    """(H, W) in 0..1 -> RGB, dark violet to pale yellow, rising in brightness."""
    channels = [np.interp(level, _HEAT_PLACES, [c[i] for c in _HEAT_COLOURS]) for i in range(3)]
    return np.stack(channels, -1).round().astype(np.uint8)


def blend(picture: U8, level: F32) -> U8:
    """The picture where the map is weak (greyed, so that the heat's colours stand out), the heat where strong.

    `picture` (H, W, 3), `level` (H, W) in 0..1 of the same size.
    """
    grey = picture.mean(2, keepdims=True) * 0.8
    share = (STRONGEST * level)[..., None]
    mixed: U8 = (grey * (1 - share) + heat_colours(level) * share).round().astype(np.uint8)
    return mixed
